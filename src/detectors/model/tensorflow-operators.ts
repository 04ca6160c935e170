// What TensorFlow's operators do beyond computing, by name. The registry's other operators only compute.
import type { Severity } from "../../core/severity.ts";
import { ORDINARY } from "./tensorflow-operators.data.ts";
import { placeOf } from "./place.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ""));
const COMPUTES = words(ORDINARY);

const EFFECTS: readonly { readonly names: ReadonlySet<string>; readonly severity: Severity; readonly what: string }[] =
  [
    {
      names: words("PyFunc PyFuncStateless EagerPyFunc"),
      severity: "critical",
      what: "it calls a Python function of the process",
    },
    {
      names: words("LoadLibrary LoadOpLibrary XlaCustomCall XlaCustomCallV2"),
      severity: "critical",
      what: "it runs native code from outside the graph",
    },
    {
      names: words(
        `WriteFile Save SaveSlices SaveV2 MergeV2Checkpoints DumpTensor CreateSummaryFileWriter CreateSummaryDbWriter
      DatasetToTFRecord ExperimentalDatasetToTFRecord SaveDataset SaveDatasetV2 SnapshotDataset SnapshotDatasetV2
      DistributedSave CalibrationStatisticsSaver FileSystemSetConfiguration`,
      ),
      severity: "critical",
      what: "it writes files",
    },
    {
      names: words(
        `ReadFile MatchingFiles MatchingFilesDataset ExperimentalMatchingFilesDataset WholeFileReader WholeFileReaderV2
      TextLineReader TextLineReaderV2 FixedLengthRecordReader FixedLengthRecordReaderV2 TFRecordReader TFRecordReaderV2
      LMDBReader IdentityReader IdentityReaderV2 ReaderRead ReaderReadV2 ReaderReadUpTo ReaderReadUpToV2 TextLineDataset
      TFRecordDataset TFRecordDatasetV2 FixedLengthRecordDataset FixedLengthRecordDatasetV2 CSVDataset CSVDatasetV2
      ExperimentalCSVDataset LMDBDataset ExperimentalLMDBDataset SqlDataset ExperimentalSqlDataset LoadDataset RecordInput
      Skipgram LoadAndRemapMatrix GenerateVocabRemapping ListSnapshotChunksDataset SnapshotChunkDataset
      SnapshotDatasetReader SnapshotNestedDatasetReader ImmutableConst Restore RestoreSlice RestoreV2 DTensorRestoreV2`,
      ),
      severity: "high",
      what: "it reads files",
    },
    {
      names: words(
        `RpcClient RpcServer RpcServerStart RpcServerRegister RpcCall RpcCheckStatus RpcGetValue DeleteRpcFutureResource
      Rpc TryRpc DataServiceDataset DataServiceDatasetV2 DataServiceDatasetV3 DataServiceDatasetV4 RegisterDataset
      RegisterDatasetV2 BigQueryReader CloudBigtableClient Send Recv`,
      ),
      severity: "high",
      what: "it opens connections",
    },
    { names: words("Abort"), severity: "high", what: "it ends the process" },
  ];
/** What the model's own saver is made of; anywhere else it writes when the model is used. */
const SAVER = words("SaveV2 Save SaveSlices MergeV2Checkpoints Restore RestoreSlice RestoreV2");
const RESTORER = words("Restore RestoreSlice RestoreV2");
/** What takes a file as a table; as an asset of the model, and under no name of its own, it is ordinary. */
const TABLES = words("InitializeTableFromTextFile InitializeTableFromTextFileV2 FixedUnigramCandidateSampler");

export interface JudgedOperator {
  readonly severity: Severity;
  readonly what: string;
}

/** Custom operators of TensorFlow Lite that its runtime or its task library brings along. */
const LITE = words(
  `TFLite_Detection_PostProcess Convolution2DTransposeBias MaxPoolingWithArgmax2D MaxUnpooling2D Mfcc AudioSpectrogram
  RandomUniform RandomStandardNormal Multinomial Irfft2D Unidirectional_sequence_rnn edgetpu-custom-op
  edgetpu-custom-op-v2 NumericVerify Normalize AvgPool SharedVariableOp Landmarks2TransformMatrix TransformLandmarks
  TransformTensorBilinear CustomIdentity`,
);

/** What a reader says of an operator that is given nothing. */
const NO_INPUT = "no input";

/** `scope` is `saver` where only the model's saver reaches the operator, `restorer` where it restores its variables with it; `given` are its constant texts. */
export function judgeTensorflow(name: string, scope: string, given: readonly string[]): JudgedOperator | undefined {
  if (scope === "tflite") {
    // TensorFlow's own operators, run by its kernels.
    if (name.startsWith("Flex")) return judgeTensorflow(name.slice(4), "", given);
    return LITE.has(name)
      ? undefined
      : { severity: "medium", what: "it needs code that does not come with the runtime" };
  }
  if ((scope === "saver" && SAVER.has(name)) || (scope === "restorer" && RESTORER.has(name))) return undefined;
  const effect = EFFECTS.find(({ names }) => names.has(name));
  if (effect) return effect;
  if (TABLES.has(name)) {
    const file = given.map((text) => text.replace(/^\w{1,40}=/, "")).find((text) => placeOf(text) !== "beside");
    if (file !== undefined) return { severity: "high", what: "it reads a file elsewhere" };
    return given.includes(NO_INPUT)
      ? { severity: "high", what: "it reads a file that no asset of the model is" }
      : undefined;
  }
  const stream = given.find((text) => /^(?:output_stream|debug_urls|filename)=[a-z]{2,8}:\/\//.test(text));
  if (stream !== undefined) return { severity: "critical", what: "it sends what it sees to a file or an address" };
  if ((name === "CacheDataset" || name === "CacheDatasetV2") && given.some((text) => text !== ""))
    return { severity: "high", what: "it writes a cache to a file" };
  if (COMPUTES.has(name)) return undefined;
  return { severity: "high", what: "it is none of TensorFlow's, so it needs native code from elsewhere" };
}
