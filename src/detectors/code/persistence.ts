// Persistence: ways to be started again (scheduled jobs, services, shell start-up files, login keys, registry run keys,
// preloaded libraries) and accounts made to come back by. All are ordinary administration where administration is asked
// for.
import type { RecordDetector } from "../../core/detector.ts";
import { anchorsOf, inspectCommands, searchFor } from "./indicators.ts";
import type { Indicator } from "./indicators.ts";

const NETWORK =
  /curl|wget|\bnc\b|ncat|\/dev\/tcp|python|base64|https?:|bash\s+-[ic]|\|\s?(?:ba)?sh\b|\/tmp\/|powershell|nohup/i;

export const PERSISTENCES: readonly Indicator[] = [
  {
    technique: "cron job written by a command",
    starts: ["|", "crontab", "@reboot"],
    needs: [["crontab", "@reboot"]],
    pattern:
      /\|\s?(?:sudo\s+)?crontab\s+(?:-u\s+\w{1,32}\s+)?-(?=\s|["'`)]|$)|\bcrontab\s+(?:-u\s+\w{1,32}\s+)?(?:\/tmp\/|<\()[^\n]{0,80}|@reboot\s[^\n]{2,160}/imy,
    severity: "critical",
  },
  {
    technique: "file dropped into a cron folder",
    starts: [">", "open", "tee"],
    needs: [["/etc/cron", "/var/spool/cron"]],
    pattern:
      />{1,2}\s?\/(?:etc\/cron(?:tab|\.(?:d|daily|hourly|weekly)\/[\w.-]{1,60})|var\/spool\/cron[\w/.-]{0,60})|open\s?\(\s?["']\/(?:etc\/cron|var\/spool\/cron)[^\n]{0,80}["'][aw]|\btee\s+(?:-a\s+)?\/etc\/cron[^\n]{0,80}/iy,
    severity: "critical",
  },
  {
    technique: "systemd service written and enabled",
    starts: ["systemctl", "execstart"],
    pattern: /\bsystemctl\s+(?:--user\s+)?(?:--now\s+)?enable\b[^\n]{0,80}|\bExecStart\s?=[^\n]{2,160}/iy,
    near: [
      /(?:>{1,2}|\btee\b|\bcp\b|\bwrite\b|\bmv\b|<<)[^\n]{0,120}(?:systemd\/|\.service)|\[Service\]|\[Install\]/i,
      NETWORK,
    ],
    span: 420,
    severity: "high",
  },
  {
    technique: "shell start-up file extended",
    starts: [">>", "tee", "open"],
    needs: [
      [
        "bashrc",
        "zshrc",
        ".profile",
        "bash_profile",
        "rc.local",
        "zprofile",
        "config.fish",
        "bash_login",
        "/etc/profile",
      ],
    ],
    pattern:
      /(?:>>\s?|\btee\s+-a\s+|open\s?\([^\n]{0,60})["']?[~$\w/{}.-]{0,60}(?:\.?bashrc|\.?zshrc|\.profile|\.bash_profile|rc\.local|\.zprofile|config\.fish|\.bash_login|\/etc\/profile)\b/iy,
    near: [NETWORK],
    span: 160,
    severity: "high",
  },
  {
    technique: "login key added",
    starts: [">", "tee", "open"],
    needs: [["authorized_keys"]],
    pattern:
      />{1,2}\s?["']?[~$\w/{}.-]{0,60}authorized_keys2?\b|\btee\s+(?:-a\s+)?[~$\w/{}.-]{0,60}authorized_keys2?\b|open\s?\([^\n]{0,100}authorized_keys2?["'][^\n]{0,12}["'][aw]/iy,
    severity: "critical",
  },
  {
    technique: "registry run key",
    starts: ["currentversion"],
    needs: [["reg add", "reg.exe", "itemproperty", "regset", "setvalue", "winreg", "regwrite", "opensubkey", "reg"]],
    pattern: /CurrentVersion\\{1,4}(?:Run(?:Once)?(?:Ex)?|Policies\\{1,4}Explorer\\{1,4}Run|Winlogon)\b/iy,
    near: [
      /\breg(?:\.exe)?\s+add\b|(?:New|Set)-ItemProperty|RegSetValue|SetValueEx|winreg|RegWrite|Registry\.SetValue|_winreg|OpenSubKey/i,
    ],
    severity: "critical",
  },
  {
    technique: "scheduled task",
    starts: ["schtasks", "register-scheduledtask", "new-scheduledtask"],
    whole: true,
    pattern:
      /\bschtasks(?:\.exe)?\s[^\n]{0,20}\/create\b[^\n]{0,160}|\b(?:Register|New)-ScheduledTask(?:Action)?\b[^\n]{0,160}/iy,
    severity: "high",
  },
  {
    technique: "launch agent",
    starts: [">", "cp", "tee", "mv", "open", "launchctl"],
    needs: [["library/launch", "launchctl"]],
    pattern:
      /(?:>{1,2}|\bcp\b|\btee\b|\bmv\b|open\s?\()[^\n]{0,80}Library\/Launch(?:Agents|Daemons)\/[\w.-]{1,80}|\blaunchctl\s+(?:load|bootstrap|submit)\b[^\n]{0,120}/iy,
    severity: "high",
  },
  {
    technique: "preloaded library",
    starts: [">", "tee", "open", "export", "ld_preload", "echo"],
    needs: [["ld_preload", "ld.so.preload", "dyld_insert_libraries"]],
    pattern:
      /(?:>{1,2}|\btee\b|open\s?\()[^\n]{0,60}ld\.so\.preload\b|\bexport\s+(?:LD_PRELOAD|DYLD_INSERT_LIBRARIES)=[^\s;]{3,120}|\bLD_PRELOAD=[^\s;]{0,80}(?:\/tmp|\/dev\/shm|\/var\/tmp)[^\s;]{0,80}|\becho\s[^\n]{0,40}LD_PRELOAD=[^\n]{3,120}/iy,
    near: [/ld_preload|ld\.so\.preload|dyld_insert/i],
    span: 120,
    severity: "high",
  },
  {
    technique: "account made to come back by",
    starts: ["useradd", "net", ">>", "tee", "nopasswd"],
    needs: [["useradd", "localgroup", "/etc/sudoers", "nopasswd"]],
    pattern:
      /\buseradd\s[^\n]{0,80}?-o\s[^\n]{0,40}?-u\s?0\b|\buseradd\s[^\n]{0,80}?-u\s?0\b[^\n]{0,40}|\bnet1?(?:\.exe)?\s+localgroup\s+"?(?:administrators|administratoren|administrateurs|administradores)"?\s+[^\n/]{1,60}\/add|(?:>>\s?|\btee\s+(?:-a\s+)?)\/etc\/sudoers[^\n]{0,60}|NOPASSWD:\s?ALL["']?\s?(?:>>|\|\s?(?:sudo\s+)?tee)[^\n]{0,60}/iy,
    severity: "critical",
  },
  {
    technique: "account line appended to the password file",
    starts: [">>", "open"],
    needs: [["/etc/passwd"]],
    pattern: />>\s?\/etc\/passwd\b|open\s?\(\s?["']\/etc\/passwd["']\s?,\s?["'][aw]/iy,
    severity: "critical",
  },
  {
    technique: "set-uid shell",
    starts: ["chmod"],
    whole: true,
    needs: [["sh", "/tmp/"]],
    pattern:
      /\bchmod\s+(?:[ug]?\+s|[246][0-7]{3})\s+(?:\/[\w/.-]{1,40}\/)?(?:ba|z|da)?sh\b|\bchmod\s+(?:[ug]?\+s|[246][0-7]{3})\s+\/tmp\/[\w.-]{1,40}/iy,
    severity: "critical",
  },
  {
    technique: "WMI event subscription",
    starts: ["commandlineeventconsumer", "activescripteventconsumer"],
    pattern: /\b(?:CommandLine|ActiveScript)EventConsumer\b/iy,
    severity: "high",
  },
  {
    technique: "service made from a program",
    starts: ["sc", "new-service"],
    whole: true,
    needs: [["binpath", "binarypathname"]],
    pattern:
      /\bsc(?:\.exe)?\s+(?:\\\\\S{1,60}\s+)?create\s[^\n]{1,80}?binpath\s?=\s?[^\n]{2,160}|\bNew-Service\s[^\n]{0,80}-BinaryPathName\s[^\n]{2,120}/iy,
    severity: "high",
  },
  {
    technique: "start-up folder",
    starts: ["start menu"],
    needs: [["menu"], ["programs"], ["startup", "start-up"]],
    pattern: /Start Menu\\{1,4}Programs\\{1,4}Start-?up\\{1,4}[\w. -]{1,60}\.(?:exe|bat|vbs|lnk|ps1|cmd|js|hta)\b/iy,
    severity: "high",
  },
  {
    technique: "interpreter start-up hook",
    starts: [">", "tee", "open", "cp", "core.hookspath"],
    needs: [["sitecustomize", "usercustomize", "core.hookspath", ".git/hooks/"]],
    pattern:
      /(?:>{1,2}|\btee\b|open\s?\(|\bcp\b)[^\n]{0,120}(?:sitecustomize|usercustomize)\.py|(?:>{1,2}|\btee\b|\bcp\b)[^\n]{0,60}\.git\/hooks\/(?:post-commit|pre-commit|post-checkout|post-merge)\b|core\.hooksPath\s+[^\n]{2,80}/iy,
    near: [NETWORK],
    severity: "high",
  },
];

const search = searchFor(PERSISTENCES);

export const persistence: RecordDetector = {
  id: "persistence",
  family: "malicious-code",
  reads: "record",
  title: "Command that makes itself permanent",
  severity: "high",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "CWE-506", "ATT&CK T1053", "ATT&CK T1543", "ATT&CK T1547", "ATT&CK T1098"],
  docs: {
    finds:
      "Cron jobs, systemd and Windows services, shell start-up files, authorized_keys, registry run keys, scheduled tasks, launch agents, preloaded libraries, added administrators and set-uid shells.",
    matters: "Where a model's answer is run once, this makes it run for ever.",
    misses: "Start-up places of single applications, and files written by one field and enabled by another.",
    remedy: "Ordinary in administration data; elsewhere remove the records.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: anchorsOf(PERSISTENCES),
  inspect(record, report) {
    inspectCommands(record, report, {
      what: "A way to be started again",
      search,
      home: ["shell", "security"],
    });
  },
};
