// What Python's names mean to a reviewer: which calls run code, start processes, read the network, decode. Names are
// qualified by import and method names by what made the object: `socket.socket().recv`. The standard library of Python
// 3.13 and the packages that data scripts use.

const list = (text: string): string[] => text.trim().split(/\s+/);

/** Older and internal homes of the same functions. */
const HOMES: readonly (readonly [string, string])[] = [
  ["__builtin__.", "builtins."],
  ["__builtins__.", "builtins."],
  ["posix.", "os."],
  ["nt.", "os."],
  ["cPickle.", "pickle."],
  ["_pickle.", "pickle."],
  ["pickle5.", "pickle."],
  ["_socket.", "socket."],
  ["_posixsubprocess.", "subprocess."],
  ["urllib2.", "urllib.request."],
  ["urllib.urlopen", "urllib.request.urlopen"],
  ["urllib.urlretrieve", "urllib.request.urlretrieve"],
  ["six.moves.", ""],
  ["httplib.", "http.client."],
  ["commands.", "subprocess."],
  ["requests.api.", "requests."],
  ["requests.sessions.", "requests."],
  ["requests.session()", "requests.Session()"],
  ["_io.", "builtins."],
  ["io.open", "builtins.open"],
  ["codecs.open", "builtins.open"],
  ["gzip.open", "builtins.open"],
  ["bz2.open", "builtins.open"],
  ["lzma.open", "builtins.open"],
  ["os.open", "builtins.open"],
  ["os.fdopen", "builtins.open"],
  ["aiofiles.open", "builtins.open"],
  ["fsspec.open", "builtins.open"],
  ["importlib.__import__", "builtins.__import__"],
  ["IPython.core.getipython.get_ipython", "get_ipython"],
  ["IPython.get_ipython", "get_ipython"],
  ["torch.serialization.load", "torch.load"],
  ["pandas.io.pickle.read_pickle", "pandas.read_pickle"],
];

export function canonical(name: string): string {
  for (const [old, home] of HOMES) if (name.startsWith(old)) return home + name.slice(old.length);
  return name;
}

/** Names that need no import: a notebook cell has the imports of the cells before it. */
export const BUILTINS: ReadonlySet<string> = new Set(
  list(`eval exec compile execfile open input getattr setattr delattr globals locals vars dir chr ord str bytes bytearray
    list tuple dict set map filter zip sorted reversed iter next type isinstance issubclass len repr format print super int
    float bool hex hash id any all sum min max range enumerate __import__ __builtins__ breakpoint memoryview callable`),
);
export const CONVENTIONAL: ReadonlyMap<string, string> = new Map(
  list(`os sys subprocess socket requests urllib pickle base64 zlib marshal ctypes importlib builtins shutil pathlib codecs pty
    httpx aiohttp urllib3 platform getpass torch joblib dill cloudpickle yaml runpy json time datetime binascii tempfile glob
    get_ipython smtplib ftplib paramiko dl_manager`)
    .map((name): [string, string] => [name, name])
    .concat([
      ["download_manager", "dl_manager"],
      ["np", "numpy"],
      ["pd", "pandas"],
      ["Path", "pathlib.Path"],
      ["Popen", "subprocess.Popen"],
      ["urlopen", "urllib.request.urlopen"],
      ["b64decode", "base64.b64decode"],
    ]),
);

const CODE = new Set(
  list(`builtins.eval builtins.exec builtins.execfile runpy.run_path runpy.run_module code.InteractiveInterpreter().runsource
    code.InteractiveInterpreter().runcode code.InteractiveConsole().push code.InteractiveConsole().runsource
    code.InteractiveConsole().runcode types.FunctionType timeit.timeit timeit.repeat get_ipython().run_cell
    get_ipython().ex get_ipython().run_code importlib.machinery.SourceFileLoader().load_module
    importlib.machinery.SourceFileLoader().exec_module importlib.util.spec_from_file_location imp.load_source
    importlib.machinery.SourceFileLoader cProfile.run profile.run pdb.run doctest.script_from_examples
    pandas.eval numexpr.evaluate`),
);
const MODULES = new Set(
  list("builtins.__import__ importlib.import_module importlib.reload imp.load_module pkgutil.find_loader"),
);
const PROCESS =
  /^(?:os\.(?:system|popen\d?|startfile|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?)|subprocess\.(?:run|call|Popen|check_call|check_output|getoutput|getstatusoutput|fork_exec)|pty\.spawn|asyncio\.(?:subprocess\.)?create_subprocess_(?:exec|shell)|pexpect\.(?:spawn|run|runu)|invoke\.run|sh\.\w+|plumbum\.local|distutils\.spawn\.spawn|get_ipython\(\)\.(?:system|getoutput|run_cell_magic|run_line_magic|magic)|asyncio\.get_event_loop\(\)\.subprocess_(?:exec|shell)|multiprocessing\.util\.spawnv_passfds|paramiko\.SSHClient\(\)\.exec_command|winrm\.\w+|win32api\.(?:WinExec|ShellExecute)|dl_manager\.system)$/;
const NATIVE =
  /^(?:ctypes\.(?:CDLL|PyDLL|WinDLL|OleDLL|cdll|windll|oledll|pythonapi|CFUNCTYPE|WINFUNCTYPE|util\.find_library)\b.*|cffi\.FFI\(\)\.dlopen|_ctypes\.dlopen)$/;
/** Native calls that make memory runnable, or run it. */
export const SHELLCODE: RegExp =
  /(?:VirtualAlloc|VirtualProtect|RtlMoveMemory|CreateThread|CreateRemoteThread|WriteProcessMemory|mprotect)/;
const UNPICKLE =
  /^(?:(?:pickle|dill|cloudpickle|joblib|jsonpickle|hickle|_compat_pickle|torch|shelve|marshal|sklearn\.externals\.joblib|skops\.io)\.(?:loads?|Unpickler(?:\(\)\.load)?|decode|open)|(?:pandas|pd)\.read_pickle|numpy\.load|yaml\.(?:load|load_all|unsafe_load|unsafe_load_all|full_load)|ruamel\.yaml\.(?:load|unsafe_load)|torch\.hub\.load|torch\.hub\.load_state_dict_from_url|tensorflow\.keras\.models\.load_model|keras\.models\.load_model)$/;
const DECODE =
  /^(?:base64\.\w*(?:decode|decodebytes|decodestring)|binascii\.(?:a2b_\w+|unhexlify)|builtins\.(?:bytes|bytearray)\.fromhex|zlib\.(?:decompress|decompressobj\(\)\.decompress)|(?:gzip|bz2|lzma|zstandard|brotli|snappy)\.decompress|codecs\.(?:decode|getdecoder)|marshal\.loads|builtins\.chr|cryptography\..*decrypt|Crypto\..*decrypt|Cryptodome\..*decrypt|pybase64\.\w*decode|uu\.decode|quopri\.decodestring|rot13|base58\.b58decode|ast\.unparse)$/;

const HTTP = String.raw`(?:requests(?:\.Session\(\))?|httpx(?:\.(?:Async)?Client\(\))?|aiohttp(?:\.ClientSession\(\))?|urllib3(?:\.(?:PoolManager|HTTPS?ConnectionPool|ProxyManager)\(\))?|requests_html\.HTMLSession\(\)|cloudscraper\.create_scraper\(\)|mechanize\.Browser\(\)|treq|grequests|curl_cffi\.requests)`;
const FETCH = new RegExp(
  String.raw`^(?:${HTTP}\.(?:get|head|options|stream)|urllib\.request\.(?:urlopen|urlretrieve|URLopener\(\)\.(?:open|retrieve)|build_opener\(\)\.open)|wget\.download|gdown\.(?:download|cached_download)|http\.client\.HTTPS?Connection\(\)\.(?:getresponse|connect)|ftplib\.FTP(?:_TLS)?\(\)\.(?:retr\w+|login)|ftplib\.FTP(?:_TLS)?|socket\.(?:socket\(\)|create_connection\(\))\.(?:accept\(\)\.)?(?:recv\w*|makefile)|ssl\.\w+\(\)\.(?:wrap_socket\(\)\.)?recv|telnetlib\.Telnet\(\)\.read_\w+|dns\.resolver\.(?:resolve|query)|xmlrpc\.client\.ServerProxy|paramiko\.SSHClient\(\)\.(?:connect|open_sftp)|git\.Repo\.clone_from|torch\.utils\.model_zoo\.load_url)$`,
);
const SEND = new RegExp(
  String.raw`^(?:${HTTP}\.(?:post|put|patch|delete|request|urlopen|ws_connect)|http\.client\.HTTPS?Connection\(\)\.(?:request|send|putrequest)|urllib\.request\.Request|socket\.(?:socket\(\)|create_connection\(\))\.(?:connect|connect_ex|send|sendall|sendto|sendfile)|socket\.(?:create_connection|gethostbyname|getaddrinfo)|ssl\.\w+\(\)\.wrap_socket\(\)\.send(?:all)?|asyncio\.open_connection|smtplib\.SMTP(?:_SSL)?(?:\(\)\.(?:sendmail|send_message|connect))?|ftplib\.FTP(?:_TLS)?\(\)\.stor\w+|telnetlib\.Telnet(?:\(\)\.write)?|websockets?\.(?:connect|create_connection|WebSocketApp)|paho\.mqtt\.client\.Client\(\)\.(?:connect|publish)|nntplib\.NNTP|imaplib\.IMAP4(?:_SSL)?|paramiko\.SFTPClient\(\)\.put|paramiko\.SSHClient\(\)\.open_sftp\(\)\.put|webbrowser\.open|slack_sdk\.webhook\.WebhookClient\(\)\.send)$`,
);
const CLOCK =
  /^(?:datetime\.(?:datetime\.(?:now|utcnow|today)|date\.today)|time\.(?:time|time_ns|localtime|gmtime|strftime|ctime)|pandas\.Timestamp\.(?:now|today)|arrow\.(?:now|utcnow)|pendulum\.now)$/;
const HOST =
  /^(?:socket\.(?:gethostname|getfqdn)|platform\.(?:node|uname)|os\.(?:uname|getlogin|getuid|geteuid)|getpass\.getuser|uuid\.getnode|sys\.gettrace|psutil\.(?:net_if_addrs|boot_time|users)|pwd\.getpwuid)$/;
/** Look at a value without passing it on. */
const MEASURE =
  /^(?:builtins\.(?:len|isinstance|issubclass|type|bool|callable|hash|id|print|any|all|range)|os\.path\.(?:exists|isfile|isdir|getsize|getmtime|islink)|logging\..*|warnings\.warn|time\.sleep)$/;

export type Kind =
  | "code"
  | "module"
  | "process"
  | "native"
  | "unpickle"
  | "decode"
  | "fetch"
  | "send"
  | "clock"
  | "host"
  | "measure";

const KINDS: readonly (readonly [Kind, RegExp])[] = [
  ["process", PROCESS],
  ["unpickle", UNPICKLE],
  ["native", NATIVE],
  ["fetch", FETCH],
  ["send", SEND],
  ["decode", DECODE],
  ["clock", CLOCK],
  ["host", HOST],
  ["measure", MEASURE],
];

export function kindOf(name: string | undefined): Kind | undefined {
  if (name === undefined) return undefined;
  if (CODE.has(name)) return "code";
  if (MODULES.has(name)) return "module";
  return KINDS.find(([, pattern]) => pattern.test(name))?.[0];
}

const SINKS: ReadonlySet<Kind | undefined> = new Set(["code", "module", "process", "native", "unpickle", "send"]);
export const isSink = (name: string): boolean => SINKS.has(kindOf(name));

/** Modules whose functions reach outside the program; getting at them by a string is worth a look. */
export const SENSITIVE_MODULES: ReadonlySet<string> = new Set(
  list("os subprocess builtins sys ctypes pty socket importlib marshal pickle __builtins__ shutil posix nt"),
);

/** Environment variables that hold keys, tokens or passwords. */
export const SECRET_NAME: RegExp =
  /TOKEN(?!IZ|S)|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY|_KEY$|^AWS_(?!REGION|DEFAULT_REGION|PROFILE)|AUTH(?!OR)|COOKIE|SSH_|CONN(?:ECTION)?_STR|DATABASE_URL/i;

/** Files with keys, passwords and sessions. */
export const SECRET_PATH: RegExp =
  /(?:^|[/\\~"' ])(?:\.ssh(?:[/\\]|$)|\.aws(?:[/\\]|$)|\.gnupg|\.kube[/\\]config|\.docker[/\\]config|\.netrc|\.pypirc|\.npmrc|\.git-credentials|\.pgpass|\.azure[/\\]|\.config[/\\](?:gcloud|gh|hub)|\.vault-token|\.huggingface[/\\]token|\.cache[/\\]huggingface[/\\](?:token|stored_tokens)|\.(?:bash|zsh|python)_history|\.electrum|\.ethereum|\.bitcoin|id_(?:rsa|dsa|ecdsa|ed25519)\b)|^\/etc\/(?:shadow|sudoers|gshadow|krb5\.keytab)|\/proc\/(?:self|\d+)\/environ|serviceaccount\/token|wallet\.dat|Login Data|key4\.db|logins\.json|Local State$|cookies\.sqlite/;

/** Files whose content runs later, without anybody calling it. */
export const AUTORUN_PATH: RegExp =
  /(?:^|[/\\~])(?:\.(?:bashrc|bash_profile|bash_login|bash_logout|zshrc|zshenv|zprofile|profile|xinitrc|xsession|vimrc|pythonrc\.py)$|\.config[/\\](?:autostart|systemd|fish)[/\\]|authorized_keys2?$|LaunchAgents[/\\]|LaunchDaemons[/\\]|Start Menu[/\\]|\.git[/\\]hooks[/\\]|\.ipython[/\\]profile_|\.jupyter[/\\])|^\/etc\/(?:cron|init|rc\.|profile|systemd|ld\.so\.preload|sudoers|update-motd|environment|bash)|^\/(?:usr\/)?lib\/systemd\/|^\/var\/spool\/cron|(?:sitecustomize|usercustomize)\.py$|(?:site-packages|dist-packages)[/\\][^/\\]{1,60}\.(?:pth|py)$/;

/** Places of the system, where a dataset has nothing to write. */
export const SYSTEM_PATH: RegExp =
  /^\/(?:etc|usr|bin|sbin|boot|lib|lib64|root|sys|proc|opt)\/|^[A-Za-z]:\\(?:Windows|ProgramData)\\/;
