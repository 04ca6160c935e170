// Reverse and bind shells: a shell or interpreter whose input and output are a network connection. One-liners and short
// programs in the languages they are written in. A port check (`</dev/tcp/host/22`) or a chat server is neither.
import type { RecordDetector } from "../../core/detector.ts";
import { anchorsOf, inspectCommands, searchFor } from "./indicators.ts";
import type { Indicator } from "./indicators.ts";

const SHELL = /(?:\/bin\/|\/system\/bin\/|\b)(?:ba|z|k|c|da|a|tc)?sh\b|cmd(?:\.exe)?\b|powershell|pwsh/i;
const RUNS = /dup2|subprocess|pty\.spawn|os\.popen|os\.system|os\.exec|fdopen|\bexec[lv]?[pe]?\b|popen/i;
const CONNECTS = /\.connect\s?\(|connect_ex|create_connection|\bbind\s?\(/i;

export const REVERSE_SHELLS: readonly Indicator[] = [
  {
    technique: "shell on /dev/tcp",
    starts: ["/dev/tcp/", "/dev/udp/"],
    pattern: /\/dev\/(?:tcp|udp)\/[^\s/"'`;|&()]{1,120}\/[^\s"'`;|&()]{1,40}/iy,
    near: [/-i\b|<>|0\s?[<>]&|>&\s?\/dev|<&\s?\d|while\s+read|\bexec\s|-l\s+>/i],
    span: 160,
    severity: "critical",
  },
  {
    technique: "netcat running a shell",
    starts: ["nc", "netcat", "cryptcat", "pwncat"],
    whole: true,
    needs: [["-"], ["sh", "cmd", "powershell"]],
    anchors: [
      { word: "nc" },
      ...["ncat", "netcat", "cryptcat", "pwncat"].map((word) => ({ word })),
      ...["nc${ifs}", "nc$ifs", "nc.exe", "nc64.exe", "nc.traditional", "nc.openbsd"],
    ],
    pattern:
      /\b(?:nc|ncat|netcat|nc\.(?:traditional|openbsd|exe)|nc64\.exe|cryptcat|pwncat)(?:\s|\$\{?IFS\}?)[^\n|;&]{0,160}?(?:-[a-z]{0,6}[ec]|--(?:sh-)?exec)(?:\s|\$\{?IFS\}?|=)+["'\\]{0,3}(?:\/[\w/.-]{1,40}\/)?(?:(?:ba|z|k|c|da|a|tc)?sh\b|cmd(?:\.exe)?\b|powershell)/iy,
    severity: "critical",
  },
  {
    technique: "named pipe between a shell and a connection",
    starts: ["mkfifo", "mknod"],
    whole: true,
    pattern: /\b(?:mkfifo|mknod)(?:\s|\$\{?IFS\}?)[^\n]{0,40}/iy,
    near: [/\b(?:nc|ncat|netcat|telnet|socat|openssl|curl)(?:\s|\$\{?IFS)/i, /\b(?:ba|z|k|c|da)?sh\b/i, /\|/],
    span: 320,
    severity: "critical",
  },
  {
    technique: "socat running a shell",
    starts: ["socat"],
    whole: true,
    needs: [["exec", "system"]],
    pattern: /\bsocat\b[^\n]{0,60}/iy,
    near: [/\b(?:exec|system)\s?:/i, /(?:tcp|udp|openssl|ssl|vsock|sctp)[a-z0-9-]{0,12}\s?:/i, SHELL],
    severity: "critical",
  },
  {
    technique: "shell over openssl s_client",
    starts: ["s_client"],
    whole: true,
    pattern: /\bs_client\b[^\n]{0,80}/iy,
    near: [/\|\s?(?:\/[\w/]{1,30}\/)?(?:ba|z|k|da)?sh\b|\b(?:ba|z|k|da)?sh\s+-i|mkfifo/i],
    severity: "critical",
  },
  {
    technique: "shell between telnet connections",
    starts: ["telnet"],
    whole: true,
    needs: [["|"]],
    pattern: /\btelnet\s[^\n|]{1,100}\|\s?(?:sudo\s+)?(?:\/[\w/]{1,30}\/)?(?:(?:ba|z|k|da)?sh|cmd(?:\.exe)?)\b/iy,
    severity: "critical",
  },
  {
    technique: "awk on /inet/tcp",
    starts: ["/inet/", "/inet4/", "/inet6/"],
    pattern: /\/inet[46]?\/(?:tcp|udp)\/\d{1,5}\/[^/\s"']{1,100}\/\d{1,5}/iy,
    near: [/\|&|getline|system\s?\(/i],
    span: 320,
    severity: "critical",
  },
  {
    technique: "program that ties a socket to a shell",
    starts: ["socket"],
    whole: true,
    needs: [
      ["connect", "bind"],
      ["dup2", "subprocess", "spawn", "system", "exec", "popen"],
      ["dup2", "recv", "makefile", "pty", "fileno"],
    ],
    pattern: /\bsocket\b/iy,
    near: [
      CONNECTS,
      RUNS,
      /dup2|recv|makefile|\bpty\b|fileno/i,
      /(?:["'/])(?:ba|z|k|da|a)?sh\b|cmd\.exe|["']cmd["']|powershell|shell\s?=\s?True|getoutput|os\.popen/i,
    ],
    span: 700,
    severity: "critical",
  },
  {
    technique: "dup2 of a connection before a shell",
    starts: ["dup2"],
    whole: true,
    needs: [["connect", "socket", "sockaddr", "accept"]],
    pattern: /\bdup2\b/iy,
    near: [
      /\bconnect\s?\(|socket|sockaddr|accept\s?\(/i,
      /exec[lv][pe]{0,2}\b|pty\.spawn|subprocess|system\s?\(|\bexec\b/i,
      /(?:ba|z|k|da)?sh\b|cmd\.exe/i,
    ],
    span: 700,
    severity: "critical",
  },
  {
    technique: "Perl socket shell",
    starts: ["open", "stdin", "io::socket"],
    needs: [["stdin", "io::socket"]],
    anchors: [
      "(stdin",
      "io::socket",
      { all: ["stdin", ["fdopen", "sockaddr", "peeraddr", "pf_inet", "af_inet", "inet_aton"]] },
    ],
    pattern: /open\s?\(\s?STDIN\s?,\s?["'][<>+]{1,2}&|STDIN\s?->\s?fdopen|IO::Socket::(?:INET|SSL)/iy,
    near: [/\bexec\b|\bsystem\b|fdopen|`|qx/i, /connect|PeerAddr|new\s?\(|INET/i, /sh\b|cmd|\$_|STDIN/i],
    span: 320,
    severity: "critical",
  },
  {
    technique: "Ruby socket shell",
    starts: ["-rsocket", "tcpsocket."],
    needs: [["tcpsocket"]],
    pattern: /-rsocket\b|TCPSocket\.(?:open|new)/iy,
    near: [/IO\.popen|\bexec\b|spawn|`|system/i, /gets|<&|sh\b|to_i|cmd/i, /TCPSocket/i],
    severity: "critical",
  },
  {
    technique: "PHP socket shell",
    starts: ["fsockopen", "stream_socket_client", "socket_create"],
    pattern: /\b(?:fsockopen|stream_socket_client|socket_create)\s?\(/iy,
    near: [/\b(?:shell_exec|proc_open|passthru|popen|exec|system)\s?\(|`/i, /(?:ba|z|da)?sh\b|cmd|<&\d/i],
    span: 500,
    severity: "critical",
  },
  {
    technique: "Lua socket shell",
    starts: ["socket.tcp", "require"],
    needs: [["socket"], ["os.execute", "io.popen"], ["connect"]],
    pattern: /socket\.tcp\s?\(|require\s?\(?\s?["']socket["']/iy,
    near: [/os\.execute|io\.popen/i, /connect/i],
    span: 500,
    severity: "critical",
  },
  {
    technique: "Node.js socket shell",
    starts: ["child_process", "net.socket", "net.connect", "net.createconnection", "spawn"],
    needs: [["net"], [".pipe", ".stdin"], ["spawn", "exec"]],
    pattern: /child_process|\bnet\.(?:Socket|connect|createConnection)\b|\bspawn\s?\(/iy,
    near: [
      /net\.(?:Socket|connect|createConnection)|require\s?\(\s?\\?["'`]net\\?["'`]|new\s+net\b/i,
      /spawn|exec/i,
      /\.pipe\s?\(|\.stdin/i,
      SHELL,
    ],
    span: 500,
    severity: "critical",
  },
  {
    technique: "Go connection shell",
    starts: ["net.dial"],
    needs: [["exec.command"]],
    pattern: /\bnet\.Dial(?:TCP|Timeout)?\s?\(/iy,
    near: [/exec\.Command\s?\(/i, SHELL],
    span: 400,
    severity: "critical",
  },
  {
    technique: "Java socket shell",
    starts: ["processbuilder", "getruntime"],
    needs: [["socket", "/dev/tcp"]],
    pattern: /\bProcessBuilder\s?\(|getRuntime\s?\(\s?\)\s?\.\s?exec\b/iy,
    near: [/new\s+(?:java\.net\.)?Socket\s?\(|\/dev\/tcp/i, SHELL],
    span: 500,
    severity: "critical",
  },
  {
    technique: "PowerShell TCP client shell",
    starts: ["tcpclient"],
    needs: [["getstream", "streamreader", "streamwriter"]],
    pattern: /\bTCPClient\b/iy,
    near: [
      /\biex\b|invoke-expression|Process(?:StartInfo)?\b[^\n]{0,200}cmd|cmd\.exe|powershell\.exe|FileName\s?=\s?@?["'](?:cmd|powershell|\/bin)/i,
      /GetStream|StreamReader|StreamWriter/i,
    ],
    span: 900,
    severity: "critical",
  },
  {
    technique: "Dart, Rust or Swift connection shell",
    starts: ["socket.connect", "tcpstream::connect"],
    needs: [["process.start", "command::new"]],
    pattern: /\bSocket\.connect\s?\(|\bTcpStream::connect\s?\(/iy,
    near: [/Process\.start|Command::new/i, SHELL],
    span: 500,
    severity: "critical",
  },
  {
    technique: "zsh connection shell",
    starts: ["ztcp"],
    whole: true,
    pattern: /\bztcp\s[^\n]{1,80}/iy,
    near: [/\b(?:z|ba)?sh\b[^\n]{0,40}(?:<&|>&)|>&\s?\$?REPLY/i],
    severity: "critical",
  },
  {
    technique: "xterm on a foreign display",
    starts: ["xterm"],
    whole: true,
    needs: [["-display"]],
    pattern: /\bxterm\s+-display\s+[\w.-]{3,80}:\d/iy,
    severity: "high",
  },
];

const search = searchFor(REVERSE_SHELLS);

export const reverseShell: RecordDetector = {
  id: "reverse-shell",
  family: "malicious-code",
  reads: "record",
  title: "Reverse shell",
  severity: "critical",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-506", "ATT&CK T1059", "ATT&CK T1095"],
  docs: {
    finds:
      "Commands and short programs that hand a shell to a network peer: /dev/tcp, netcat -e, named pipes, socat, openssl, telnet, awk, and socket code in Python, Perl, Ruby, PHP, Lua, Node.js, Go, Java, C, Rust and PowerShell.",
    matters:
      "A model that learns to answer with one plants it in scripts that people or agents run; a pipeline that executes a field opens the machine to whoever listens.",
    misses:
      "A shell split over several fields or built at run time from single characters, one in a language not listed, tunnels that use ordinary remote-access tools, and netcat that runs `sh` for a host given by name in a record that nothing else brings to attention.",
    remedy:
      "Look at the flagged records with their prompts. Unless shells are the dataset's subject, remove them and distrust the source.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: anchorsOf(REVERSE_SHELLS),
  inspect(record, report) {
    inspectCommands(record, report, {
      what: "A reverse shell",
      search,
      home: ["shell", "security", "network"],
    });
  },
};
