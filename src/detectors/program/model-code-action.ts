// What code that comes with a model does besides computing: processes, connections, native libraries, import hooks, files
// that run later. A model's code needs none of it; transformers imports the file before anything is asked of the model.
import type { DocumentDetector, Hit } from "../../core/detector.ts";
import type { Severity } from "../../core/severity.ts";
import { quote, visible } from "../../base/escape.ts";
import type { Call } from "./evaluate.ts";
import { AUTORUN_PATH, kindOf, SYSTEM_PATH } from "./names.ts";
import { commandOf, destinationOf, hitAt, inputs, oddDestination, reportAll, taintRun } from "./payload.ts";
import { programsIn } from "./command.ts";
import { programOf, type Program } from "./program.ts";
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
      "In code of models, tokenizers, configurations, pipelines and processors, known by its file name or its base classes: processes (high; medium for tools that ask about the machine), connections to a fixed address that is no known place of models (high on import, else medium), `exec` of a text that is only known when it runs (high), native libraries loaded on import (medium), import hooks and replaced builtins (high), writing to files of the system or that run later (high), reading all environment variables (medium). In any other Python file that is no script: a process started as soon as it is imported (medium; high where it installs a package by a name that is not well known).",
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
    reportAll(hits, report, "high");
  },
};

/** Somebody starts it by hand. */
const isRun = ({ syntax, calls }: Program): boolean =>
  syntax.text.startsWith("#!") ||
  /\b__name__\s{0,3}==|\bsys\.argv\b/.test(syntax.text) ||
  calls.some(({ name }) => /^(?:argparse\.ArgumentParser|click\.|fire\.Fire|typer\.|gradio\.|streamlit\.)/.test(name));

function judge(call: Call, program: Program): readonly [Severity, string] | undefined {
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
  if (kind === "code") {
    const isEval = /eval(?:uate)?$|timeit/.test(call.name);
    return isConstant(call.args[0]?.text) || isEval
      ? undefined
      : ["high", `runs a text with ${name} that is only known then`];
  }
  if (kind === "native") return onImport ? ["medium", `loads native code with ${name}`] : undefined;
  if (kind === "send" || kind === "fetch") {
    const destination = destinationOf(call);
    if (oddDestination(destination) !== undefined) return ["high", `connects to ${quote(destination)}`];
    if (!/\w\.\w/.test(destination) || PLACES.test(destination)) return undefined;
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

function judgeOther(call: Call, program: Program): readonly [Severity, string] | undefined {
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
