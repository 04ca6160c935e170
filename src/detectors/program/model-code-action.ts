// What code that comes with a model does besides computing: processes, connections, native libraries, import hooks, files
// that run later. A model's code needs none of it; transformers imports the file before anything is asked of the model.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote, visible } from "../../base/escape.ts";
import type { Call } from "./evaluate.ts";
import { AUTORUN_PATH, kindOf, SYSTEM_PATH } from "./names.ts";
import { commandOf, destinationOf, hitAt, inputs, oddDestination, reportAll, taintRun } from "./payload.ts";
import { programsIn } from "./command.ts";
import { Program, programOf } from "./program.ts";
import { isConstant, LABEL } from "./value.ts";

/** Ask about the machine that the code is to run on. */
const PROBES = /^(?:nvidia-smi|rocm-smi|nvcc|gcc|g\+\+|cl|ldconfig|lscpu|uname|nproc|which|where|sw_vers|sysctl)$/;
const PLACES =
  /(?:^|[/.])(?:huggingface\.co|hf\.co|github\.com|githubusercontent\.com|pytorch\.org|openaipublic\.azureedge\.net|googleapis\.com|modelscope\.cn)(?:[/:]|$)/;
const HOOKS =
  /^sys\.(?:meta_path|path_hooks)\.(?:insert|append|extend)$|^sys\.(?:settrace|setprofile|addaudithook)$|^builtins\.setattr$/;

export const modelCodeAction: DocumentDetector = {
  id: "model-code-action",
  family: "program",
  reads: "document",
  languages: ["python"],
  title: "Model code that does more than compute",
  severity: "high",
  confidence: "medium",
  maturity: "stable",
  since: "0.1.0",
  references: [
    "AML.T0010",
    "AML.T0011",
    "CWE-829",
    "CWE-506",
    "https://huggingface.co/docs/transformers/custom_models",
  ],
  docs: {
    finds:
      "In code of models, tokenizers, configurations, pipelines and processors, known by its file name or its base classes: processes (high; medium for tools that ask about the machine), connections to a fixed address that is no known place of models (high on import, else medium), `exec` of a text that is only known when it runs (high), code of other repositories (high; medium of known publishers), files imported by their path, native libraries loaded on import (high), compiled extensions (medium), import hooks and replaced functions of Python and of loaders (high), deleting on import (high), writing to files of the system or that run later (high), reading all environment variables (medium). In any other Python file that is no script: a process started as soon as it is imported (medium; high where it installs a package by a name that is not well known).",
    matters: "With trust_remote_code the file is imported on the machine that loads the model, with all its rights.",
    misses:
      "Harm done by the computation itself, addresses that are computed, and what a package does that the code imports.",
    remedy: "Read the code before trusting it, and pin the revision that was read.",
  },
  inspect(document, report) {
    const program = programOf(document);
    const isScript = document.cell !== undefined || program.isSetup || program.isBuilder || isRun(program);
    if (!program.isModel && isScript) return;
    const hits: Hit[] = [];
    for (const call of program.calls) {
      const found = program.isModel ? judge(call, program) : judgeOther(call, program);
      if (!found) continue;
      const [severity, what] = found;
      const when = program.runsOnImport(call.node) ? " as soon as it is imported" : "";
      hits.push(
        hitAt(program, call.node, `Line ${program.lineOf(call.node)} ${what}${when}.`, {
          severity,
          group: `${call.name} ${severity}`,
        }),
      );
    }
    if (program.isModel) hits.push(...replacements(program));
    reportAll(hits, report, "high");
  },
};

/** Somebody starts it by hand. */
const isRun = ({ syntax, calls }: Program): boolean =>
  syntax.text.startsWith("#!") ||
  /\b__name__\s{0,3}==|\bsys\.argv\b/.test(syntax.text) ||
  calls.some(({ name }) => /^(?:argparse\.ArgumentParser|click\.|fire\.Fire|typer\.|gradio\.|streamlit\.)/.test(name));

type Found = readonly [Severity, string];

function judge(call: Call, program: Program): Found | undefined {
  const kind = kindOf(call.name);
  const name = visible(call.name);
  if (HOOKS.test(call.name) && (call.name !== "builtins.setattr" || call.args[0]?.name === "builtins"))
    return ["high", `changes how Python imports or runs, with ${name}`];
  if (taintRun(call, program) !== 0) return undefined;
  const onImport = program.runsOnImport(call.node);
  if (kind === "process") {
    const command = commandOf(call);
    const programs = programsIn(command);
    const isProbe = programs.length > 0 && programs.every((one) => PROBES.test(one));
    return [isProbe ? "medium" : "high", `starts a process${isConstant(command) ? `, ${quote(command)},` : ""}`];
  }
  if (kind === "code") return judgeCode(call, program);
  if (kind === "native") {
    const runs = /\.(?:system|popen|exec\w{0,3}|dlopen|mprotect|mmap)$/.test(call.name);
    if (runs) return ["high", `calls ${name}, past Python`];
    return onImport ? ["high", `loads native code with ${name}`] : undefined;
  }
  if (
    /^(?:pip\.main|pip\._internal\.(?:main|cli\.main\.main)|ensurepip\.bootstrap|code\.interact|pdb\.set_trace)$/.test(
      call.name,
    )
  )
    return ["high", `calls ${name}`];
  if (/^torch\.utils\.cpp_extension\.load(?:_inline)?$/.test(call.name))
    return ["medium", `compiles and loads native code with ${name}`];
  if (call.name.startsWith("importlib.util.spec_from_file_location") || call.name.endsWith(".exec_module"))
    return [onImport ? "high" : "medium", `imports a file by its path with ${name}`];
  if (kind === "unpickle" && /^(?:pickle|dill|cloudpickle|marshal)\./.test(call.name) && isConstant(call.args[0]?.text))
    return ["high", `unpickles bytes that stand in it, with ${name}`];
  if (
    call.name === "torch.hub.load" ||
    (call.name.endsWith(".from_pretrained") && call.keywords.get("trust_remote_code")?.text === "True")
  )
    return judgeOtherCode(call);
  if (onImport && /^(?:os\.(?:remove|unlink|rmdir|removedirs)|shutil\.rmtree)$/.test(call.name))
    return ["high", `deletes files with ${name}`];
  if ((inputs(call).labels & LABEL.secretFile) !== 0 && /^builtins\.open$|\.read_(?:text|bytes)$/.test(call.name))
    return ["high", "opens a file with keys or tokens"];
  if (/^socket\.(?:gethostbyname\w*|getaddrinfo)$/.test(call.name)) return ["high", `looks a name up with ${name}`];
  if (kind === "send" || kind === "fetch") {
    const destination = destinationOf(call);
    if (oddDestination(destination) !== undefined) return ["high", `connects to ${quote(destination)}`];
    if (PLACES.test(destination)) return undefined;
    if (!/\w\.\w/.test(destination))
      return /\.(?:post|put|patch|send|sendall|sendto|connect)$/.test(call.name)
        ? ["high", `sends with ${name} to a place that is only known then`]
        : undefined;
    return [onImport || kind === "send" ? "high" : "medium", `connects to ${quote(destination)}`];
  }
  if (
    /^(?:builtins\.open|pathlib\.Path\(\)\.(?:write_\w+|open)|shutil\.(?:copy\w*|move)|os\.(?:symlink|rename|replace))$/.test(
      call.name,
    )
  ) {
    const path = [...call.args, call.receiver]
      .map(({ text }) => text)
      .find((text) => text !== undefined && (AUTORUN_PATH.test(text) || SYSTEM_PATH.test(text)));
    if (path !== undefined) return [AUTORUN_PATH.test(path) ? "high" : "medium", `opens ${quote(path)}`];
  }
  if (
    (inputs(call).labels & LABEL.wholeEnvironment) !== 0 &&
    kind === undefined &&
    /^(?:builtins\.(?:dict|str|repr|list)|json\.dumps|pickle\.dumps)$/.test(call.name)
  )
    return ["medium", "takes all environment variables"];
  return undefined;
}

/** Text that runs: a constant one is a program of its own. */
function judgeCode(call: Call, program: Program): Found | undefined {
  const name = visible(call.name);
  if (call.name.startsWith("runpy.")) return ["high", `runs another program with ${name}`];
  const text = call.args[0]?.text;
  if (isConstant(text)) {
    const inner = new Program({
      kind: "document",
      language: "python",
      text: text.slice(0, INNER_MAX),
      name: "modeling_inner.py",
    });
    const worst = inner.calls.find((one) => kindOf(one.name) !== "code" && judge(one, inner)?.[0] === "high");
    return worst ? ["high", `runs a text that calls ${quote(worst.name)}`] : undefined;
  }
  const isEval = /eval(?:uate)?$|timeit/.test(call.name);
  // What a server is asked is not for it to run.
  return isEval && !/^(?:handler|pipeline\w*)\.py$/.test(program.name)
    ? undefined
    : ["high", `runs a text with ${name} that is only known then`];
}
const INNER_MAX = 8_000;

/** Code of another repository, loaded by this one. */
function judgeOtherCode(call: Call): Found | undefined {
  const repository = call.args[0]?.text;
  if (!isConstant(repository) || !/^[\w.-]{1,96}\/[\w.-]{1,96}$/.test(repository)) return undefined;
  const isKnown =
    /^(?:pytorch|facebookresearch|facebook|nvidia|microsoft|google|huggingface|thudm|qwen|nomic-ai|openai|deepseek-ai|intel-isl|isl-org|snakers4|ultralytics)\//i.test(
      repository,
    );
  return [isKnown ? "medium" : "high", `loads the code of another repository, ${quote(repository)},`];
}

/** Functions of Python and of loaders that are replaced, and modules that are put in the place of others. */
function replacements(program: Program): Hit[] {
  const hits: Hit[] = [];
  for (const node of program.syntax.nodes) {
    const target = node.type === "AssignStatement" ? node.kids[0] : undefined;
    if (target?.type !== "MemberExpression" || hits.length >= HITS_MAX) continue;
    const source = program.evaluation.source(target).slice(0, 200);
    const name = program.evaluation.valueOf(target).name ?? source;
    const module = /^sys\.modules\[\s{0,3}["']([\w.]{1,80})["']/.exec(source)?.[1];
    if (module === undefined && !REPLACED.test(name)) continue;
    hits.push(
      hitAt(
        program,
        node,
        `Line ${program.lineOf(node)} replaces ${quote(module ?? name)} for everything that runs after it.`,
        { severity: "high", group: `replaced ${module ?? name}` },
      ),
    );
  }
  return hits;
}
const HITS_MAX = 16;
const REPLACED =
  /^(?:builtins\.\w+|__builtins__\.\w+|torch\.load|torch\.serialization\.\w*load\w*|pickle\.(?:loads?|Unpickler)|safetensors(?:\.\w+)?\.(?:load\w*|safe_open)|transformers\.dynamic_module_utils\.\w+|huggingface_hub\.\w+|os\.(?:system|popen)|subprocess\.\w+|ssl\._create_default_https_context|requests\.(?:get|post|Session))$/;

function judgeOther(call: Call, program: Program): Found | undefined {
  if (kindOf(call.name) !== "process" || taintRun(call, program) !== 0 || !program.runsOnImport(call.node))
    return undefined;
  const command = commandOf(call);
  const unknown = installed(command);
  if (unknown !== undefined) return ["high", `installs a package that is not well known, ${quote(unknown)},`];
  return ["medium", `starts a process${isConstant(command) ? `, ${quote(command)},` : ""}`];
}

/** The first package that a command installs by a bare name that few know. */
function installed(command: string): string | undefined {
  const words = /\bpip3?\s{1,5}install\s{1,5}([^;&|\n]{1,400})/.exec(command)?.[1]?.split(/\s+/) ?? [];
  const at = words.findIndex(
    (word, i) =>
      /^[A-Za-z][\w.-]{0,80}$/.test(word) &&
      !(words[i - 1] ?? "").startsWith("-") &&
      !KNOWN.has(word.toLowerCase().replaceAll(/[._]/g, "-")),
  );
  return at < 0 || /\.(?:txt|toml|whl)$/.test(words[at] ?? "") ? undefined : words[at];
}
const KNOWN = new Set(
  `accelerate aiohttp albumentations anthropic apex auto-gptq autoawq bitsandbytes bert-score beautifulsoup4 black boto3 causal-conv1d click
  cohere colorama compressed-tensors conformer controlnet-aux ctranslate2 cupy cython datasets decord deepspeed detectron2 diffusers dill
  docker easydict einops emoji espnet evaluate exllamav2 faiss-cpu faiss-gpu fairseq fastapi faster-whisper fastai fasttext ffmpeg-python
  filelock flash-attn flax flask ftfy fsspec fvcore gdown gensim gguf gradio gradio-client google-generativeai grpcio h5py hf-transfer hqq
  huggingface-hub hydra-core imageio imageio-ffmpeg insightface iopath ipywidgets jax jaxlib jieba jinja2 jiwer joblib jsonlines jupyter
  keras kernels kornia langchain langdetect librosa lightgbm lightning lion-pytorch litellm llama-cpp-python llama-index loguru lxml
  mamba-ssm matplotlib mediapipe mmcv mmengine mmdet modelscope moviepy nemo-toolkit ninja nltk numba numpy omegaconf onnx onnxruntime
  onnxruntime-gpu open-clip-torch openai openai-whisper opencv-python opencv-python-headless optimum optuna packaging pandas peft phonemizer
  pillow pip plotly polars protobuf psutil pyannote-audio pyarrow pydantic pydub pypdf pytest pytesseract python-dotenv pytorch-lightning
  pyyaml quanto ray rdkit regex requests rich rouge-score sacrebleu sacremoses safetensors scikit-image scikit-learn scipy seaborn segment-anything
  sentence-transformers sentencepiece setuptools sglang shap soundfile soxr spaces spacy speechbrain stanza streamlit supervision sympy
  tensorboard tensorboardx tensorflow tensorrt tf-keras thop tiktoken timm tokenizers tomesd torch torchaudio torchinfo torchmetrics
  torchtext torchvision tqdm transformers transformers-stream-generator triton trl typing-extensions ujson ultralytics underthesea unidic
  unsloth unstructured uv vector-quantize-pytorch vllm wandb webdataset websockets wget wheel whisper xformers xgboost xlsxwriter yt-dlp
  zstandard`.split(/\s+/),
);
