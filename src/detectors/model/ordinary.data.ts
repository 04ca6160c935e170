// Names that pickles of well-known libraries hold when nobody means harm: what may be called with any operands while
// loading, and has no other effect than to make its value. One line for each module. From the sources of the libraries:
// what their classes return from `__reduce__`.

export const ORDINARY_CALLS = `
builtins: zip enumerate reversed len abs round chr ord bin hex oct sum min max sorted bool bytearray bytes complex dict float frozenset int list object range set slice str tuple type Ellipsis NotImplemented NoneType
  Exception BaseException ValueError TypeError KeyError IndexError AttributeError RuntimeError StopIteration OSError IOError
  ArithmeticError ZeroDivisionError OverflowError LookupError NotImplementedError AssertionError ImportError NameError
  UnicodeDecodeError UnicodeEncodeError UserWarning Warning DeprecationWarning FutureWarning RuntimeWarning FileNotFoundError
  PermissionError TimeoutError ConnectionError KeyboardInterrupt EOFError MemoryError RecursionError
collections: OrderedDict Counter defaultdict deque ChainMap UserDict UserList UserString
copyreg: _reconstructor __newobj__ __newobj_ex__
_codecs: encode
datetime: date datetime time timedelta timezone tzinfo
zoneinfo: ZoneInfo._unpickle ZoneInfo
_pydatetime: date datetime time timedelta timezone
decimal: Decimal Context
_decimal: Decimal
fractions: Fraction
uuid: UUID SafeUUID
pathlib: Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath
pathlib._local: Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath
re: _compile
array: array _array_reconstructor
_array: array
ipaddress: IPv4Address IPv6Address IPv4Network IPv6Network
random: Random
itertools: count cycle repeat chain islice product permutations combinations
types: SimpleNamespace MappingProxyType GenericAlias NoneType
typing: TypeVar _GenericAlias
enum: Enum IntEnum Flag StrEnum EnumMeta EnumType _make_class_unpicklable pickle_by_enum_name pickle_by_global_name
logging: getLogger
string: Template
struct: Struct
weakref: WeakValueDictionary WeakKeyDictionary WeakSet
_collections: OrderedDict defaultdict deque
argparse: Namespace
dataclasses: _MISSING_TYPE
pytz: _p _UTC timezone UTC
pytz.tzinfo: DstTzInfo StaticTzInfo
dateutil.tz.tz: tzutc tzlocal tzoffset
dateutil.tz._tzfile: _unpickle
dateutil.relativedelta: relativedelta
dateutil.zoneinfo: gettz
numpy: dtype ndarray float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool_ complex64 complex128
  longdouble str_ bytes_ object_ void datetime64 timedelta64 matrix recarray record generic intc intp uint longlong
  ulonglong half single double bool clongdouble ushort short ubyte byte number integer floating
numpy.core.multiarray: _reconstruct scalar
numpy._core.multiarray: _reconstruct scalar
numpy.core.numeric: _frombuffer
numpy._core.numeric: _frombuffer
numpy.core._internal: _reconstruct
numpy.core.internal: _convert_to_stringdtype_kwargs
numpy._core.internal: _convert_to_stringdtype_kwargs
numpy._core._internal: _convert_to_stringdtype_kwargs
numpy.core: _ufunc_reconstruct
numpy._core: _ufunc_reconstruct
numpy.core.records: recarray record
numpy.rec: recarray record
numpy.ma.core: _mareconstruct MaskedArray MaskedConstant
numpy.matrixlib.defmatrix: matrix
numpy.random._pickle: __randomstate_ctor __bit_generator_ctor __generator_ctor
numpy.random: RandomState __RandomState_ctor
numpy.random.mtrand: RandomState
numpy.random._mt19937: MT19937
numpy.random._pcg64: PCG64 PCG64DXSM
numpy.random._philox: Philox
numpy.random._sfc64: SFC64
numpy.random.bit_generator: __pyx_unpickle_SeedSequence SeedSequence
numpy.polynomial.polynomial: Polynomial
scipy.sparse._csr: csr_matrix csr_array
scipy.sparse._csc: csc_matrix csc_array
scipy.interpolate.interpolate: interp1d
torch: Size device dtype layout memory_format qscheme Generator float16 float32 float64 float half double bfloat16 int8 int16 int32
  int64 int long short uint8 bool complex64 complex128 strided sparse_coo contiguous_format preserve_format channels_last
  per_tensor_affine per_channel_affine quint8 qint8 qint32 float8_e4m3fn float8_e5m2 Tensor FloatTensor LongTensor
  FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage CharStorage ByteStorage
  BoolStorage ComplexFloatStorage ComplexDoubleStorage QUInt8Storage QInt8Storage QInt32Storage UntypedStorage TypedStorage
torch.storage: UntypedStorage TypedStorage _LegacyStorage
torch.cuda: FloatStorage DoubleStorage HalfStorage LongStorage IntStorage ByteStorage BoolStorage BFloat16Storage
torch.serialization: _get_layout
torch._C: Generator _VariableFunctions
torch.masked.maskedtensor.core: MaskedTensor
torch.nested._internal.nested_tensor: NestedTensor _rebuild_njt
torch.fx.immutable_collections: immutable_dict immutable_list
torch._utils: _rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter _rebuild_parameter_with_state
  _rebuild_sparse_tensor _rebuild_sparse_csr_tensor _rebuild_qtensor _rebuild_device_tensor_from_numpy
  _rebuild_device_tensor_from_cpu_tensor _rebuild_meta_tensor_no_storage _rebuild_nested_tensor _rebuild_wrapper_subclass
  _rebuild_xla_tensor
torch._tensor: _rebuild_from_type_v2 Tensor
torch.nn.parameter: Parameter Buffer UninitializedParameter UninitializedBuffer
torch.utils.hooks: BackwardHook RemovableHandle
torch.utils._pytree: TreeSpec LeafSpec
torch.backends.cuda: cuFFTPlanCacheManager
torch.random: Generator
torch.jit._pickle: build_intlist build_tensorlist build_doublelist build_boollist build_tensor_from_id restore_type_tag
torch.distributed.fsdp.sharded_grad_scaler: ShardedGradScaler
joblib.numpy_pickle: NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper
joblib.numpy_pickle_compat: NDArrayWrapper ZNDArrayWrapper
sklearn.externals.joblib.numpy_pickle: NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper
sklearn.neighbors._kd_tree: newObj KDTree KDTree64 KDTree32
sklearn.neighbors._ball_tree: newObj BallTree BallTree64 BallTree32
sklearn.neighbors.kd_tree: newObj KDTree
sklearn.neighbors.ball_tree: newObj BallTree
hdbscan.dist_metrics: newObj
sklearn.metrics._dist_metrics: newObj
sklearn.neighbors._dist_metrics: newObj
sklearn.neighbors.dist_metrics: newObj
pandas._libs.internals: _unpickle_block
pandas._libs.arrays: __pyx_unpickle_NDArrayBacked
pandas._libs.tslibs.timestamps: _unpickle_timestamp Timestamp
pandas._libs.tslibs.timedeltas: _timedelta_unpickle Timedelta
pandas._libs.tslibs.period: Period
pandas._libs.tslibs.nattype: _nat_unpickle __nat_unpickle NaTType
pandas._libs.tslibs.offsets: MonthEnd MonthBegin Day Hour Minute Second Milli Micro Nano BusinessDay BusinessHour BusinessMonthEnd
  BusinessMonthBegin CustomBusinessDay CustomBusinessHour CustomBusinessMonthEnd CustomBusinessMonthBegin YearEnd YearBegin BYearEnd BYearBegin QuarterEnd QuarterBegin BQuarterEnd BQuarterBegin Week
  SemiMonthEnd SemiMonthBegin WeekOfMonth LastWeekOfMonth FY5253 FY5253Quarter Easter DateOffset Tick
pandas._libs.interval: Interval
pandas._libs.missing: NAType
pandas.core.indexes.base: _new_Index Index
pandas.core.indexes.datetimes: _new_DatetimeIndex DatetimeIndex
pandas.core.indexes.period: _new_PeriodIndex
pandas.core.internals.blocks: new_block _unpickle_block
pandas.core.internals.managers: BlockManager SingleBlockManager
pandas.core.dtypes.dtypes: CategoricalDtype DatetimeTZDtype PeriodDtype IntervalDtype
pandas.core.frame: DataFrame
pandas.core.series: Series
pandas.core.arrays.string_: StringDtype
pandas: DataFrame Series Index Timestamp Timedelta NaT NA Interval Period DateOffset StringDtype PeriodDtype CategoricalDtype
  DatetimeTZDtype IntervalDtype SparseDtype Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype
  Float32Dtype Float64Dtype BooleanDtype Categorical RangeIndex MultiIndex DatetimeIndex TimedeltaIndex PeriodIndex IntervalIndex
  CategoricalIndex ArrowDtype Grouper NamedAgg
pandas._libs.sparse: IntIndex BlockIndex
pandas._libs.tslibs.dtypes: PeriodDtypeBase
pyarrow.lib: _restore_array Buffer py_buffer type_for_alias field schema scalar chunked_array _reconstruct_table _reconstruct_record_batch list_
  large_list struct map_ dictionary union timestamp time32 time64 duration decimal128 decimal256 run_end_encoded
dill._dill: _load_type _create_cell _create_array _create_weakref _get_attr_safe
cloudpickle.cloudpickle: _get_dataclass_field_type_sentinel _make_empty_cell _make_cell _make_dict_keys _make_dict_values _make_dict_items
diffusers.configuration_utils: FrozenDict
datasets.features.features: Features
transformers.tokenization_utils_base: BatchEncoding AddedToken
tokenizers: Tokenizer AddedToken
tokenizers.models: BPE WordPiece Unigram WordLevel Model
PIL.Image: Image
shapely.io: from_wkb
shapely.wkb: loads
urllib.parse: ParseResult SplitResult ParseResultBytes SplitResultBytes
http: HTTPStatus HTTPMethod
inspect: Signature Parameter _ParameterKind _empty
`;

/** Modules of libraries whose classes are ordinary: objects of them are made, and given a state, without their code. */
export const CLASS_MODULES: readonly string[] = `
numpy scipy sklearn pandas torch.nn torch.optim torch.ao.nn torch.quantization torch.utils.data torch.distributions torch.amp
torch.cuda.amp torch.torch_version torchvision.models torchvision.ops torchvision.transforms torchvision.datasets torchaudio.models timm.models
timm.layers timm.data transformers.models transformers.training_args transformers.training_args_seq2seq transformers.trainer_utils
transformers.trainer_pt_utils transformers.trainer_callback transformers.configuration_utils transformers.generation transformers.activations
transformers.pytorch_utils transformers.modeling_outputs transformers.integrations transformers.tokenization_utils transformers.tokenization_utils_fast
transformers.tokenization_utils_base transformers.utils transformers.cache_utils transformers.optimization transformers.debug_utils
accelerate.state accelerate.utils accelerate.parallelism_config peft.tuners peft.config peft.utils peft.peft_model peft.mapping trl.trainer trl.models
diffusers.models diffusers.schedulers ultralytics.nn ultralytics.utils ultralytics.yolo ultralytics.models ultralytics.data ultralytics.engine ultralytics.cfg models.yolo models.common
models.experimental xgboost lightgbm catboost spacy gensim nltk statsmodels networkx PIL.Image tokenizers imblearn category_encoders umap hdbscan skorch
pytorch_lightning lightning lightning_fabric fastai fastcore omegaconf fairseq.data datasets.features datasets.info datasets.splits
sentence_transformers keras.src keras.engine keras.layers keras.models flair.embeddings flair.data flair.models flair.nn nemo.collections
speechbrain.nnet detectron2.structures detectron2.config mmcv.utils mmengine.config mmengine.logging easydict yacs.config addict.addict munch
joblib.memory joblib.parallel matplotlib.colors matplotlib._enums torchvision.tv_tensors dateutil.tz._tzfile shapely.geometry pydantic.main rdkit.Chem astropy xarray dask.dataframe sktime prophet tensorflow.python.keras
torch_geometric.data torch_geometric.nn dgl.heterograph stable_baselines3 gym.spaces gymnasium.spaces gym gymnasium setfit.modeling span_marker
argparse dataclasses collections
`
  .trim()
  .split(/\s+/);

/** Enumerations of the standard library: a value gives its member, and anything else an error. */
export const STANDARD_ENUMS: ReadonlySet<string> = new Set(
  `re.RegexFlag http.HTTPStatus http.HTTPMethod signal.Signals socket.AddressFamily socket.SocketKind ssl.TLSVersion uuid.SafeUUID
   inspect._ParameterKind calendar.Month calendar.Day`.split(/\s+/),
);

/** Functions that are values of fields (an activation, a scorer), named without being called. */
export const FUNCTION_MODULES: readonly string[] = `
numpy scipy math torch.nn.functional torch.nn.init sklearn torch statistics cmath
`
  .trim()
  .split(/\s+/);
