// Reverse and bind shells: a shell or interpreter whose input and output are a network connection. One-liners and short
// programs in the languages they are written in. A port check (`</dev/tcp/host/22`) or a chat server is neither.
import type { RecordDetector } from "../../core/detector.ts";
import { anchorsOf, inspectCommands } from "./indicators.ts";
import type { Indicator } from "./indicators.ts";

const SHELL = /(?:\/bin\/|\/system\/bin\/|\b)(?:ba|z|k|c|da|a|tc)?sh\b|cmd(?:\.exe)?\b|powershell|pwsh/i;
const RUNS = /dup2|subprocess|pty\.spawn|os\.popen|os\.system|os\.exec|fdopen|\bexec[lv]?[pe]?\b|popen/i;
const CONNECTS = /\.connect\s?\(|connect_ex|create_connection|\bbind\s?\(/i;

export const REVERSE_SHELLS: readonly Indicator[] = [
  {
    technique: "shell on /dev/tcp",
    anchors: ["tcp", "udp"],
    pattern: /\/dev\/(?:tcp|udp)\/[^\s/"'`;|&()]{1,120}\/[^\s"'`;|&()]{1,40}/gi,
    near: [/-i\b|<>|0\s?[<>]&|>&\s?\/dev|<&\s?\d|while\s+read|\bexec\s|-l\s+>/i],
    span: 160,
    severity: "critical",
  },
  {
    technique: "netcat running a shell",
    anchors: ["bin", "bash", "cmd", "powershell", "netcat", "ncat", "exec", ".exe", "busybox"],
    literals: ["nc", "netcat", "cryptcat", "pwncat"],
    pattern:
      /\b(?:nc|ncat|netcat|nc\.(?:traditional|openbsd|exe)|nc64\.exe|cryptcat|pwncat)(?:\s|\$\{?IFS\}?)[^\n|;&]{0,160}?(?:-[a-z]{0,6}[ec]|--(?:sh-)?exec)(?:\s|\$\{?IFS\}?|=)+["'\\]{0,3}(?:\/[\w/.-]{1,40}\/)?(?:(?:ba|z|k|c|da|a|tc)?sh\b|cmd(?:\.exe)?\b|powershell)/gi,
    severity: "critical",
  },
  {
    technique: "named pipe between a shell and a connection",
    anchors: ["mkfifo", "mknod"],
    pattern: /\b(?:mkfifo|mknod)(?:\s|\$\{?IFS\}?)[^\n]{0,40}/gi,
    near: [/\b(?:nc|ncat|netcat|telnet|socat|openssl|curl)(?:\s|\$\{?IFS)/i, /\b(?:ba|z|k|c|da)?sh\b/i, /\|/],
    span: 320,
    severity: "critical",
  },
  {
    technique: "socat running a shell",
    anchors: ["socat"],
    pattern: /\bsocat\b[^\n]{0,60}/gi,
    near: [/\b(?:exec|system)\s?:/i, /(?:tcp|udp|openssl|ssl|vsock|sctp)[a-z0-9-]{0,12}\s?:/i, SHELL],
    severity: "critical",
  },
  {
    technique: "shell over openssl s_client",
    anchors: ["s_client"],
    pattern: /\bs_client\b[^\n]{0,80}/gi,
    near: [/\|\s?(?:\/[\w/]{1,30}\/)?(?:ba|z|k|da)?sh\b|\b(?:ba|z|k|da)?sh\s+-i|mkfifo/i],
    severity: "critical",
  },
  {
    technique: "shell between telnet connections",
    anchors: ["telnet"],
    pattern: /\btelnet\s[^\n|]{1,100}\|\s?(?:sudo\s+)?(?:\/[\w/]{1,30}\/)?(?:(?:ba|z|k|da)?sh|cmd(?:\.exe)?)\b/gi,
    severity: "critical",
  },
  {
    technique: "awk on /inet/tcp",
    anchors: ["inet"],
    pattern: /\/inet[46]?\/(?:tcp|udp)\/\d{1,5}\/[^/\s"']{1,100}\/\d{1,5}/gi,
    near: [/\|&|getline|system\s?\(/i],
    span: 320,
    severity: "critical",
  },
  {
    technique: "program that ties a socket to a shell",
    anchors: ["socket"],
    pattern: /\bsocket\b/gi,
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
    anchors: ["dup2"],
    pattern: /\bdup2\b/gi,
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
    anchors: ["stdin", "io::socket"],
    pattern: /open\s?\(\s?STDIN\s?,\s?["'][<>+]{1,2}&|STDIN\s?->\s?fdopen|IO::Socket::(?:INET|SSL)/gi,
    near: [/\bexec\b|\bsystem\b|fdopen|`|qx/i, /connect|PeerAddr|new\s?\(|INET/i, /sh\b|cmd|\$_|STDIN/i],
    span: 320,
    severity: "critical",
  },
  {
    technique: "Ruby socket shell",
    anchors: ["rsocket", "tcpsocket"],
    pattern: /-rsocket\b|TCPSocket\.(?:open|new)/gi,
    near: [/IO\.popen|\bexec\b|spawn|`|system/i, /gets|<&|sh\b|to_i|cmd/i, /TCPSocket/i],
    severity: "critical",
  },
  {
    technique: "PHP socket shell",
    anchors: ["fsockopen", "stream_socket_client", "socket_create"],
    pattern: /\b(?:fsockopen|stream_socket_client|socket_create)\s?\(/gi,
    near: [/\b(?:shell_exec|proc_open|passthru|popen|exec|system)\s?\(|`/i, /(?:ba|z|da)?sh\b|cmd|<&\d/i],
    span: 500,
    severity: "critical",
  },
  {
    technique: "Lua socket shell",
    anchors: ["socket"],
    pattern: /socket\.tcp\s?\(|require\s?\(?\s?["']socket["']/gi,
    near: [/os\.execute|io\.popen/i, /connect/i],
    span: 500,
    severity: "critical",
  },
  {
    technique: "Node.js socket shell",
    anchors: ["child_process", "net.socket", "net.connect", "net.createconnection", "spawn"],
    pattern: /child_process|\bnet\.(?:Socket|connect|createConnection)\b|\bspawn\s?\(/gi,
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
    anchors: ["net.dial"],
    pattern: /\bnet\.Dial(?:TCP|Timeout)?\s?\(/gi,
    near: [/exec\.Command\s?\(/i, SHELL],
    span: 400,
    severity: "critical",
  },
  {
    technique: "Java socket shell",
    anchors: ["processbuilder", "getruntime"],
    pattern: /\bProcessBuilder\s?\(|getRuntime\s?\(\s?\)\s?\.\s?exec\b/gi,
    near: [/new\s+(?:java\.net\.)?Socket\s?\(|\/dev\/tcp/i, SHELL],
    span: 500,
    severity: "critical",
  },
  {
    technique: "PowerShell TCP client shell",
    anchors: ["tcpclient"],
    pattern: /\bTCPClient\b/gi,
    near: [
      /\biex\b|invoke-expression|Process(?:StartInfo)?\b[^\n]{0,200}cmd|cmd\.exe|powershell\.exe|FileName\s?=\s?@?["'](?:cmd|powershell|\/bin)/i,
      /GetStream|StreamReader|StreamWriter/i,
    ],
    span: 900,
    severity: "critical",
  },
  {
    technique: "Dart, Rust or Swift connection shell",
    anchors: ["socket.connect", "tcpstream"],
    pattern: /\bSocket\.connect\s?\(|\bTcpStream::connect\s?\(/gi,
    near: [/Process\.start|Command::new/i, SHELL],
    span: 500,
    severity: "critical",
  },
  {
    technique: "zsh connection shell",
    anchors: ["ztcp"],
    pattern: /\bztcp\s[^\n]{1,80}/gi,
    near: [/\b(?:z|ba)?sh\b[^\n]{0,40}(?:<&|>&)|>&\s?\$?REPLY/i],
    severity: "critical",
  },
  {
    technique: "xterm on a foreign display",
    anchors: ["xterm"],
    pattern: /\bxterm\s+-display\s+[\w.-]{3,80}:\d/gi,
    severity: "high",
  },
];

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
      "A shell split over several fields or built at run time from single characters, one in a language not listed, and tunnels that use ordinary remote-access tools.",
    remedy:
      "Look at the flagged records with their prompts. Unless shells are the dataset's subject, remove them and distrust the source.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: [...anchorsOf(REVERSE_SHELLS), { bytes: "raw-ip" }],
  inspect(record, report) {
    inspectCommands(record, report, {
      what: "A reverse shell",
      indicators: REVERSE_SHELLS,
      home: ["shell", "security", "network"],
    });
  },
};
