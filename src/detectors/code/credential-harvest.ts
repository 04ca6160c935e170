// Credential harvesting: keys, tokens, password stores and whole environments that are read, and above all sent away.
// A program that reads its own API key from the environment is ordinary; one that posts the whole environment is not.
import type { RecordDetector } from "../../core/detector.ts";
import { anchorsOf, inspectCommands, searchFor } from "./indicators.ts";
import type { Indicator } from "./indicators.ts";

// What carries data away.
const SENDS =
  /\bcurl\b[^\n]{0,200}?(?:\s-(?:d|F|T|X\s?POST)|--(?:data|form|upload)|\$\(|`|=@|@-)|\bwget\b[^\n]{0,120}--post|requests\.(?:post|put|get)\s?\(|httpx\.(?:post|put)|urlopen\s?\(|\bfetch\s?\(|axios\b|XMLHttpRequest|sendBeacon|\|\s?(?:nc|ncat|netcat|telnet|mail|mailx|sendmail|socat|curl|openssl)\b|\b(?:nc|ncat|netcat)\s[^\n]{2,80}<|\bscp\b|\brsync\b|\bsftp\b|Invoke-(?:RestMethod|WebRequest)|UploadString|UploadFile|\biwr\b|\birm\b|\.send(?:all|to)?\s?\(|nslookup|\bdig\b|smtplib|\/dev\/tcp\/|https?\.request|http\.Post|webhook|pastebin|ngrok|exfil/i;

const READS =
  /(?:\b(?:cat|less|head|tail|cp|tar|zip|base64|xxd|strings|type|Get-Content|gc|copy)\b|\bopen\s?\(|read_text|readFile(?:Sync)?\s?\(|file_get_contents\s?\(|File\.read|sqlite3\.connect\s?\(|copyfile\s?\()[^\n]{0,80}$/i;

type Store = readonly [
  what: string,
  starts: readonly string[],
  pattern: RegExp,
  more?: Partial<Pick<Indicator, "needs" | "lead" | "anchors">>,
];

const STORES: readonly Store[] = [
  ["SSH private key", ["id_rsa", "id_ed25519", "id_ecdsa", "id_dsa"], /\bid_(?:rsa|ed25519|ecdsa|dsa)\b(?!\.pub)/iy],
  ["AWS credentials", [".aws"], /\.aws[\\/]{1,2}credentials\b/iy, { needs: [["credentials"]] }],
  ["password hashes", ["/etc/shadow", "/etc/gshadow", "/etc/master.passwd"], /\/etc\/(?:g?shadow|master\.passwd)\b/iy],
  [
    "Git or package registry credentials",
    [".git-credentials", ".netrc", ".npmrc", ".pypirc", "_netrc"],
    /\.git-credentials\b|[._]netrc\b|\.npmrc\b|\.pypirc\b/iy,
  ],
  [
    "Kubernetes or Docker credentials",
    [".kube", "/run/secrets/kubernetes.io/serviceaccount", ".docker"],
    /\.kube[\\/]{1,2}config\b|\/run\/secrets\/kubernetes\.io\/serviceaccount|\.docker[\\/]{1,2}config\.json/iy,
    { needs: [["config", "serviceaccount"]] },
  ],
  [
    "cloud login",
    [".config/gcloud", "application_default_credentials", "accesstokens.json", "msal_token_cache"],
    /\.config\/gcloud|application_default_credentials|accessTokens\.json|msal_token_cache/iy,
  ],
  [
    "model hub token",
    [".cache/huggingface/", ".huggingface/"],
    /(?:\.cache\/huggingface|\.huggingface)\/(?:token|stored_tokens)\b/iy,
    { needs: [["token"]] },
  ],
  [
    "browser passwords or cookies",
    ["login data", "logins.json", "key4.db", "cookies.sqlite", "/default", "\\default"],
    /\bLogin Data\b(?=["'\\/]|\s?$)|\blogins\.json\b|\bkey4\.db\b|\bcookies\.sqlite\b|[\\/]Default[\\/]{1,2}(?:Network[\\/]{1,2})?Cookies\b/imy,
    {
      anchors: [
        "logins.json",
        "key4.db",
        "cookies.sqlite",
        { all: ["login", "data"] },
        { all: ["default", "cookies"] },
      ],
    },
  ],
  [
    "environment file",
    [".env"],
    /\.env(?:\.(?:local|production|prod))?(?![\w.(-])/y,
    { lead: /(?<![\w.])[\w~$/-]{0,60}$/ },
  ],
  [
    "shell history or wallet",
    [".bash_history", ".zsh_history", ".mysql_history", ".psql_history", ".python_history", "wallet.dat"],
    /\.(?:bash|zsh|mysql|psql|python)_history\b|\bwallet\.dat\b/iy,
  ],
  ["process environment", ["/proc/"], /\/proc\/(?:self|\d{1,7}|\*|1)\/environ\b/iy, { needs: [["/environ"]] }],
];

const stores: Indicator[] = STORES.flatMap(([what, starts, pattern, more]): Indicator[] => [
  {
    technique: `${what}, sent away`,
    starts,
    ...more,
    pattern,
    near: [SENDS],
    span: 280,
    severity: "critical",
  },
  // Reading alone: the verb must stand right before the name.
  {
    technique: `${what}, read`,
    starts,
    ...more,
    pattern,
    before: READS,
    severity: what === "environment file" || what === "shell history or wallet" ? "medium" : "high",
  },
]);

const TOKENS: readonly string[] = ["_token", "api_key", "aws_secret", "secret_key"];

export const CREDENTIAL_HARVESTS: readonly Indicator[] = [
  ...stores,
  {
    technique: "folder of keys, packed and sent away",
    starts: [".ssh", ".aws", ".gnupg"],
    pattern: /\.(?:ssh|aws|gnupg)\b(?![\\/]\w)/iy,
    before: /\b(?:tar|zip|7z|find|gzip|cpio)\b[^\n]{0,80}$/i,
    near: [
      /\|\s?(?:\w{1,12}\s)?(?:nc|ncat|netcat|curl|wget|socat|openssl|telnet)\b|\bcurl\b[^\n]{0,160}(?:\s-[TFd]|--upload-file|--data)|requests\.(?:post|put)/,
    ],
    span: 280,
    severity: "critical",
  },
  {
    technique: "cloud metadata service",
    starts: ["169.254.169.254", "169.254.170.2", "metadata.google.internal"],
    pattern: /(?:169\.254\.169\.254|169\.254\.170\.2|metadata\.google\.internal)\/?[^\s"'`]{0,120}/iy,
    near: [
      /curl|wget|requests|fetch|urlopen|http\.get|Invoke-|iwr|irm|meta-data|computeMetadata|identity\/oauth2|security-credentials/i,
    ],
    severity: "high",
  },
  {
    technique: "whole environment sent away",
    starts: ["printenv", "os.environ", "dict", "json.stringify", "process.env", "system.getenv", "env.to_h", "$_env"],
    needs: [["printenv", "os.environ", "process.env", "getenv", "env.to_h", "$_env"]],
    pattern:
      /\bprintenv\b|\bos\.environ(?:b|\.copy\s?\(\s?\)|\.items\s?\(\s?\))?(?!\s?[[.\w])|\bdict\s?\(\s?os\.environ\b|JSON\.stringify\s?\(\s?process\.env\b|\bprocess\.env(?![\w.[])|System\.getenv\s?\(\s?\)|\bENV\.to_h\b|os\.Environ\s?\(\s?\)|\$_ENV\b(?!\s?\[)/y,
    near: [SENDS],
    span: 280,
    severity: "critical",
  },
  {
    technique: "whole environment piped to the network",
    starts: ["env", "printenv", "set", "export", "declare"],
    whole: true,
    needs: [["|"], ["nc", "netcat", "curl", "wget", "openssl", "mail", "telnet", "socat"]],
    anchors: [
      {
        all: [
          [{ word: "env" }, "printenv", { word: "set" }, { word: "export" }, { word: "declare" }],
          [{ word: "nc" }, "ncat", "netcat", "curl", "wget", "openssl", { word: "mail" }, "telnet", "socat"],
        ],
      },
    ],
    pattern:
      /(?<=(?:^|[\s;&|("'`$])(?:\/usr\/bin\/)?)(?:env|printenv|set|export\s+-p|declare\s+-x)(?:\s?\|\s?(?:sort|grep\s[^\n|]{1,40}|base64(?:\s-w\s?0)?|gzip|tr\s[^\n|]{1,40})){0,3}\s?\|\s?(?:\w{1,12}\s)?(?:nc|ncat|netcat|curl|wget|openssl|mail|telnet|socat)\b[^\n]{0,160}/iy,
    severity: "critical",
  },
  {
    technique: "whole environment put into a request",
    starts: ["curl", "wget"],
    needs: [["$(", "`"], ["env"]],
    pattern: /(?:curl|wget)\b[^\n]{1,200}?(?:\$\(|`)\s?(?:env|printenv)\b[^\n]{0,120}/iy,
    severity: "critical",
  },
  {
    technique: "whole environment put into a connection",
    starts: ["nc"],
    needs: [["<<<"], ["env"]],
    pattern: /(?:nc|ncat)\s[^\n]{2,80}<<<\s?"?\$\(\s?(?:env|printenv)\b/iy,
    severity: "critical",
  },
  {
    technique: "PowerShell environment or vault read",
    starts: ["get-childitem", "gci", "dir", "ls", "vaultcmd", "cmdkey", "passwordvault", "cryptunprotectdata"],
    whole: true,
    needs: [
      ["env:", "vaultcmd", "cmdkey", "passwordvault", "cryptunprotectdata"],
      [
        "invoke-",
        "iwr",
        "irm",
        "curl",
        "upload",
        "vaultcmd",
        "cmdkey",
        "passwordvault",
        "cryptunprotectdata",
        "tcpclient",
        "convertto-json",
      ],
    ],
    pattern:
      /(?:Get-ChildItem|gci|dir|ls)\s+env:[^\n]{0,120}|\bvaultcmd(?:\.exe)?\s+\/list[^\n]{0,60}|\bcmdkey(?:\.exe)?\s+\/list|PasswordVault\b|CryptUnprotectData\b/iy,
    near: [/Invoke-|iwr|irm|curl|Upload|vaultcmd|cmdkey|PasswordVault|CryptUnprotectData|TcpClient|ConvertTo-Json/i],
    severity: "high",
  },
  {
    technique: "token sent to a stranger",
    starts: ["curl", "wget"],
    whole: true,
    needs: [TOKENS],
    pattern:
      /\b(?:curl|wget)\b[^\n]{1,240}?(?:[?&][\w-]{1,24}=|-d\s?["']?[^\n]{0,60}|--data(?:-\w{1,12})?[\s=]["']?[^\n]{0,60}|-F\s?["']?[^\n]{0,60})\$\{?(?:HF_TOKEN|HUGGING\w{0,12}_TOKEN|[A-Z]{2,16}_API_KEY|AWS_SECRET\w{0,24}|AWS_SESSION_TOKEN|GITHUB_TOKEN|GH_TOKEN|NPM_TOKEN|SLACK_TOKEN|SECRET_KEY|ACCESS_TOKEN)\b/y,
    severity: "high",
  },
  {
    technique: "token posted by a program",
    starts: ["requests.post", "requests.get"],
    needs: [TOKENS, ["os.environ", "getenv"]],
    pattern:
      /requests\.(?:post|get)\s?\([^\n]{1,160}?(?:data|json|params)\s?=[^\n]{0,80}?(?:os\.environ|getenv)[^\n]{0,60}/y,
    severity: "high",
  },
  {
    technique: "password dump",
    starts: [
      "sekurlsa",
      "lsadump",
      "secretsdump",
      "security",
      "procdump",
      "comsvcs",
      "lazagne",
      "reg",
      "mimikatz",
      "ntds.dit",
    ],
    needs: [
      [
        "sekurlsa",
        "lsadump",
        "secretsdump",
        "dump-keychain",
        "find-generic-password",
        "find-internet-password",
        "procdump",
        "comsvcs",
        "lazagne",
        "hklm",
        "mimikatz",
        "ntds.dit",
      ],
    ],
    pattern:
      /\bsekurlsa::\w{3,24}|\blsadump::\w{2,12}|\bsecretsdump(?:\.py)?\s[^\n]{3,100}|\bsecurity\s+(?:dump-keychain|find-(?:generic|internet)-password)\b[^\n]{0,80}|\bprocdump(?:64)?(?:\.exe)?\s[^\n]{0,60}lsass[^\n]{0,40}|comsvcs\.dll[^\n]{0,12}MiniDump[^\n]{0,80}|\blazagne(?:\.exe|\.py)?\s+all\b|\breg(?:\.exe)?\s+save\s+hklm\\{1,4}(?:sam|system|security)\b[^\n]{0,80}|\bmimikatz(?:\.exe)?\s+["'][^\n]{3,80}|ntds\.dit\b(?=[^\n]{0,60}(?:copy|vss))/iy,
    severity: "critical",
  },
];

const search = searchFor(CREDENTIAL_HARVESTS);

export const credentialHarvest: RecordDetector = {
  id: "credential-harvest",
  family: "malicious-code",
  reads: "record",
  title: "Command that collects credentials",
  severity: "critical",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "AML.T0025", "LLM02:2025", "CWE-200", "ATT&CK T1552", "ATT&CK T1555"],
  docs: {
    finds:
      "Private keys, cloud and registry credentials, password hashes, browser stores, environment files and whole environments that a command or program reads or sends away, the cloud metadata service, and well-known password dumpers.",
    matters: "A model or an agent that repeats it gives away whatever the machine it runs on is trusted with.",
    misses: "Stores not listed, names built at run time, and programs that read in one field and send in another.",
    remedy:
      "Remove the records unless credentials handling is the dataset's subject, and look where the data would have gone.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: anchorsOf(CREDENTIAL_HARVESTS),
  inspect(record, report) {
    inspectCommands(record, report, {
      what: "Credentials are collected",
      search,
      home: ["shell", "security", "network"],
    });
  },
};
