// Settings by which a loader imports code: what transformers, diffusers, sentence-transformers, PEFT, Hydra, Lightning,
// jsonpickle and YAML take from a file of settings and look up by name. Knowledge only; executable-config judges with it.
import { BUILTINS, canonical, isSink } from "../program/names.ts";

const list = (text: string): string[] => text.trim().split(/\s+/);

/** Modules of Python that run, fetch, load or delete; no setting of a model needs one. */
const DANGEROUS = new Set(
  list(`os posix nt subprocess _posixsubprocess pty builtins __builtin__ importlib runpy code codeop shutil ctypes _ctypes socket
    _socket urllib http ftplib smtplib telnetlib webbrowser pickle _pickle cPickle marshal dill cloudpickle joblib sys multiprocessing
    asyncio timeit pdb bdb cProfile profile trace doctest pip ensurepip venv zipimport imp pkgutil requests httpx paramiko pexpect
    signal threading _thread concurrent commands popen2 tempfile glob distutils setuptools antigravity idlelib`),
);
const HARMLESS =
  /^(?:builtins\.(?:dict|list|tuple|set|frozenset|int|float|str|bool|bytes|complex|slice|range|len|min|max|sum|sorted|enumerate|zip|map|filter|abs|round|type|object|property|print|isinstance)|os\.(?:path\.\w+|PathLike|cpu_count|getcwd|environ\.get|getenv)|sys\.(?:maxsize|stdout|stderr)|multiprocessing\.cpu_count|urllib\.parse\.\w+|http\.HTTPStatus|concurrent\.futures\.\w+|threading\.(?:Lock|RLock|Event)|signal\.(?:Signals|Handlers)|importlib\.(?:metadata|resources)\.\w+|tempfile\.(?:gettempdir|TemporaryDirectory|NamedTemporaryFile)|glob\.glob)$/;
/** Functions of packages that do the same under a quiet name. */
const GADGETS =
  /^(?:torch\.(?:load|hub\.\w+|jit\.(?:load|_serialization\.load)|utils\.(?:cpp_extension|collect_env|_config_module|data\.datapipes\.utils\.decoder)\.\w+|_dynamo\.\w+|distributed\.(?:rpc|elastic)\.[\w.]+|storage\._load_from_bytes|serialization\.load)|numpy\.(?:load|f2py\.[\w.]+|testing\._private\.utils\.runstring|distutils\.\w+)|pandas\.(?:read_pickle|eval|io\.\w+\.\w+)|joblib\.load|hydra\.(?:utils\.(?:call|get_method|get_object)|_internal\.[\w.]+)|transformers\.utils\.hub\.\w+|transformers\.dynamic_module_utils\.\w+|huggingface_hub\.\w+|sklearn\.externals\.\w+|yaml\.(?:load|unsafe_load|full_load)|IPython\.[\w.]+|fsspec\.\w+|jinja2\.[\w.]+|fire\.\w+|cffi\.\w+|psutil\.(?:Popen|Process)|pydoc\.(?:pipepager|locate)|operator\.(?:methodcaller|attrgetter)|functools\.reduce|types\.(?:FunctionType|CodeType))$/;

/** What a dotted name would do when a setting has it looked up and called. */
export function dangerOf(reference: string): "runs" | "reaches" | undefined {
  const plain = reference.trim().slice(0, 300);
  const name = canonical(!plain.includes(".") && BUILTINS.has(plain) ? `builtins.${plain}` : plain);
  if (HARMLESS.test(name)) return undefined;
  if (isSink(name) || GADGETS.test(name)) return "runs";
  const module = name.split(".")[0] ?? "";
  // A name like `code.model` is more often a folder of a repository than the module of Python.
  const ambiguous = /^(?:code|commands|trace|profile|signal|requests|glob|http)$/.test(module);
  if (DANGEROUS.has(module) && name.includes(".")) return ambiguous ? undefined : "reaches";
  return /(?:^|\.)__\w{2,30}__(?:\.|$)/.test(name) ? "reaches" : undefined;
}

/** Keys whose value is a dotted name that a loader looks up. */
export const NAMES_A_TARGET: RegExp =
  /^(?:_target_|target|class_path|class_name|_class_|__class__|classpath|callable|callable_path|factory|entry_point|entrypoint|import_path|import_string|function|func|fn|func_path|py\/(?:object|type|function|reduce|newobj|ref)|module_path|loader|init_fn|custom_obj|custom_class|_type_)$/;

/** Publishers whose code others' configurations refer to, because saving a fine-tuned model writes the reference. */
const PUBLISHERS = new Set(
  list(`microsoft thudm zai-org qwen nomic-ai tiiuae mosaicml deepseek-ai baichuan-inc internlm opengvlab openbmb jinaai
    alibaba-nlp google facebook nvidia meta-llama mistralai stabilityai huggingfacem4 allenai ibm-granite xai-org
    databricks salesforce bigcode replit 01-ai huggingfaceh4 huggingfacetb answerdotai togethercomputer state-spaces
    tencent tencent-hunyuan minimaxai moonshotai llava-hf baai idea-research amazon apple snowflake upstage kyutai rwkv
    zhihan1996 instadeepai arcinstitute evolutionaryscale togetherai microsoft-research openai black-forest-labs
    ai21labs cohereforai lgai-exaone naver-hyperclovax`),
);

/** `owner/name--module.Class`: the repository, and whether its publisher is well known. */
export function otherRepository(
  reference: string,
): { readonly repository: string; readonly isKnown: boolean } | undefined {
  const at = reference.indexOf("--");
  if (at <= 0) return undefined;
  const repository = reference.slice(0, at).slice(0, 200);
  return { repository, isKnown: PUBLISHERS.has((repository.split("/")[0] ?? "").toLowerCase()) };
}

/** Packages whose classes the configuration of a pipeline or an adapter names. */
export const LIBRARIES: RegExp =
  /^(?:diffusers|transformers|torch|torchvision|timm|peft|optimum|onnxruntime|sentence_transformers|flax|jax|accelerate|k_diffusion|controlnet_aux|tokenizers|numpy|open_clip|safetensors|spandrel|bitsandbytes|openvino|tensorrt_llm|mlx|audiocraft|auto_gptq|gptqmodel|awq|llava|trl|unsloth|esm|evo2?|megatron|nemo|keras|tensorflow)(?:[._]|$)/;
/** Modules of diffusers that hold its own pipelines. */
export const PIPELINES: RegExp =
  /^(?:stable_|latent_|paint_by|alt_diffusion|audioldm|blip_diffusion|consistency_|controlnet|dance_|deepfloyd|ddim|ddpm|dit|deprecated|flux|hunyuan|i2vgen|kandinsky|kolors|latte|ltx|lumina|marigold|mochi|musicldm|onnx_|paint|pag|pia|pixart|qwenimage|sana|semantic_|shap_e|stable|t2i_|text_to_video|unclip|unidiffuser|versatile|vq_|wan|wuerstchen|aura_flow|allegro|amused|animatediff|aurora|bria|chroma|cogvideo|cogview|cosmos|easyanimate|free_|hidream|omnigen|framepack|skyreels|visualcloze|score_sde|pndm|repaint|spectrogram)/;

/** Python tags of YAML that make plain data, or things that training writes into its own settings. */
export const PLAIN_TAG: RegExp = /^(?:tuple|str|unicode|int|float|long|bool|none|list|dict|complex|bytes)$/;
export const ORDINARY_OBJECT: RegExp =
  /^(?:pathlib\.\w*Path|collections\.(?:OrderedDict|defaultdict)|argparse\.Namespace|numpy\.(?:core\.|_core\.)?(?:multiarray\.(?:scalar|_reconstruct)|dtype|ndarray|float64|int64)|torch\.(?:device|dtype|Size|float\d{0,2}|bfloat16|int\d{0,2})|datetime\.\w+|decimal\.Decimal|uuid\.UUID|omegaconf\.[\w.]+|easydict\.EasyDict|addict\.\w+(?:\.\w+)?|transformers\.[\w.]*(?:Strategy|Type|Scheduler\w*|Names|Backend|Argument|Arguments|Option|PaddingStrategy|Config))$/;
