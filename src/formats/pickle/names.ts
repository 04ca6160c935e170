// Names as Python 3 looks them up: pickles of Python 2 name modules that moved, and `pickle` maps them for protocols
// below 3 (Lib/_compat_pickle.py). They are mapped in every protocol here: a name means the same harm in both.

const MODULES: Readonly<Record<string, string>> = {
  __builtin__: "builtins",
  exceptions: "builtins",
  builtin: "builtins",
  copy_reg: "copyreg",
  Queue: "queue",
  SocketServer: "socketserver",
  ConfigParser: "configparser",
  repr: "reprlib",
  tkFileDialog: "tkinter.filedialog",
  tkSimpleDialog: "tkinter.simpledialog",
  tkColorChooser: "tkinter.colorchooser",
  tkCommonDialog: "tkinter.commondialog",
  Dialog: "tkinter.dialog",
  Tkdnd: "tkinter.dnd",
  tkFont: "tkinter.font",
  tkMessageBox: "tkinter.messagebox",
  ScrolledText: "tkinter.scrolledtext",
  Tkconstants: "tkinter.constants",
  Tix: "tkinter.tix",
  ttk: "tkinter.ttk",
  Tkinter: "tkinter",
  markupbase: "_markupbase",
  _winreg: "winreg",
  thread: "_thread",
  dummy_thread: "_dummy_thread",
  dbhash: "dbm.bsd",
  dumbdbm: "dbm.dumb",
  dbm: "dbm.ndbm",
  gdbm: "dbm.gnu",
  xmlrpclib: "xmlrpc.client",
  SimpleXMLRPCServer: "xmlrpc.server",
  httplib: "http.client",
  htmlentitydefs: "html.entities",
  HTMLParser: "html.parser",
  Cookie: "http.cookies",
  cookielib: "http.cookiejar",
  BaseHTTPServer: "http.server",
  SimpleHTTPServer: "http.server",
  CGIHTTPServer: "http.server",
  test_support: "test.support",
  commands: "subprocess",
  urlparse: "urllib.parse",
  robotparser: "urllib.robotparser",
  urllib2: "urllib.request",
  anydbm: "dbm",
  _abcoll: "collections.abc",
  cPickle: "pickle",
  _elementtree: "xml.etree.ElementTree",
  FileDialog: "tkinter.filedialog",
  SimpleDialog: "tkinter.simpledialog",
  DocXMLRPCServer: "xmlrpc.server",
  UserDict: "collections",
  UserList: "collections",
  UserString: "collections",
  whichdb: "dbm",
  StringIO: "io",
  cStringIO: "io",
};

const NAMES: Readonly<Record<string, readonly [string, string]>> = {
  "builtins.xrange": ["builtins", "range"],
  "builtins.reduce": ["functools", "reduce"],
  "builtins.intern": ["sys", "intern"],
  "builtins.unichr": ["builtins", "chr"],
  "builtins.unicode": ["builtins", "str"],
  "builtins.long": ["builtins", "int"],
  "builtins.basestring": ["builtins", "str"],
  "builtins.raw_input": ["builtins", "input"],
  "itertools.izip": ["builtins", "zip"],
  "itertools.imap": ["builtins", "map"],
  "itertools.ifilter": ["builtins", "filter"],
  "itertools.ifilterfalse": ["itertools", "filterfalse"],
  "itertools.izip_longest": ["itertools", "zip_longest"],
  "os.getcwdu": ["os", "getcwd"],
  "urllib.urlretrieve": ["urllib.request", "urlretrieve"],
  "urllib.urlopen": ["urllib.request", "urlopen"],
};

export interface PythonName {
  readonly module: string;
  readonly name: string;
}

export function python3Name(module: string, name: string): PythonName {
  const mapped = Object.hasOwn(MODULES, module) ? (MODULES[module] as string) : module;
  const key = `${mapped}.${name}`;
  const whole = Object.hasOwn(NAMES, key) ? NAMES[key] : undefined;
  return whole ? { module: whole[0], name: whole[1] } : { module: mapped, name };
}
