// Destruction: commands that wipe a system, a home folder, a disk, its shadow copies or a cluster. Removing a build
// folder, a cache or a package list is housekeeping and stays silent: only roots count.
import type { Anchor, RecordDetector } from "../../core/detector.ts";
import { anchorsOf, inspectCommands, searchFor } from "./indicators.ts";
import type { Indicator } from "./indicators.ts";

// `/`, `/*`, a top folder, a home, everything here, or a drive; then the end of the word.
const ROOT = String.raw`["']?(?:\/(?:\*|\.\*?|(?:home|etc|usr|var|boot|bin|sbin|root|lib|opt|srv|mnt|data|Users|System|Library|Applications)(?:\/\*?)?)?|~(?:\/\*?|\/\.\*)?|\$\{?HOME\}?(?:\/\*?)?|\*|\.\/?\*?|[A-Za-z]:[\\/]{1,4}\*?|%(?:SystemRoot|SystemDrive|USERPROFILE)%\\{0,2}\*?|\$env:(?:SystemRoot|SystemDrive|USERPROFILE)\\{0,2}\*?)["']?(?=[\s;&|)"'\`<,]|$)`;
const DEVICE = String.raw`\/dev\/(?:sd[a-z]|hd[a-z]|vd[a-z]|xvd[a-z]|nvme\d|mmcblk\d|disk\d|dm-\d|mapper\/|sdX|root|mem)`;

// What is said about fork bombs, for the spellings in which nothing is long enough to be searched for.
const BOMB_WORDS: readonly Anchor[] = [{ word: "fork" }, { word: "bomb" }, { word: "goto" }];

export const DESTRUCTIVE_COMMANDS: readonly Indicator[] = [
  {
    technique: "recursive removal of a root",
    starts: ["rm"],
    whole: true,
    needs: [["-"]],
    anchors: ["no-preserve-root", { word: "rm" }, "rm${ifs}", "rm$ifs", "&&rm"],
    pattern: new RegExp(
      String.raw`(?<![\w.-])rm(?:\s|\$\{?IFS\}?)+(?:-{1,2}[\w-]{1,24}(?:\s|\$\{?IFS\}?)+){1,5}(?<=-[a-z]{0,4}(?:r|R|recursive)[a-z]{0,6}\s[^\n]{0,60})(?:--\s)?` +
        ROOT,
      "my",
    ),
    severity: "critical",
  },
  {
    technique: "removal without the root guard",
    starts: ["--no-preserve-root"],
    pattern: /--no-preserve-root\b[^\n]{0,60}/iy,
    severity: "critical",
  },
  {
    technique: "filesystem made over a device",
    starts: ["mkfs", "mke2fs", "wipefs", "blkdiscard", "sgdisk", "hdparm"],
    whole: true,
    needs: [["/dev/"]],
    pattern: new RegExp(
      String.raw`\b(?:mkfs(?:\.\w{2,8})?|mke2fs|wipefs\s+(?:-\w{1,3}|--all)|blkdiscard|sgdisk\s+--zap-all|hdparm\s[^\n]{0,40}--security-erase\s?\S{0,20})\s+[^\n]{0,40}?` +
        DEVICE,
      "iy",
    ),
    severity: "critical",
  },
  {
    technique: "device overwritten",
    starts: ["dd", "cat"],
    whole: true,
    needs: [
      ["/dev/zero", "/dev/urandom", "/dev/random"],
      ["of=", ">"],
    ],
    pattern: new RegExp(
      String.raw`\bdd\s[^\n]{0,40}?if=\/dev\/(?:zero|u?random)\s[^\n]{0,60}?of=` +
        DEVICE +
        String.raw`\w{0,6}|\bcat\s+\/dev\/(?:zero|u?random)\s?>\s?` +
        DEVICE,
      "iy",
    ),
    severity: "critical",
  },
  {
    technique: "device or root shredded",
    starts: ["shred"],
    whole: true,
    pattern: new RegExp(String.raw`\bshred\s+-[^\n]{1,60}?\s(?:${DEVICE}|${ROOT})`, "imy"),
    severity: "critical",
  },
  {
    technique: "fork bomb",
    starts: [":"],
    needs: [["|"], ["&"]],
    anchors: [":()", ":|:", "|:&", "};:", ...BOMB_WORDS],
    pattern: /:\s?\(\s?\)\s?\{\s?:\s?\|\s?:\s?&\s?\}\s?;\s?:/y,
    severity: "high",
  },
  {
    technique: "fork bomb by another name",
    starts: ["()", "( )"],
    needs: [["|"], ["&"]],
    anchors: ["&};", ...BOMB_WORDS],
    lead: /\b\w{1,24}\s?$/,
    pattern: /(?<=\b(\w{1,24})\s?)\(\s?\)\s?\{\s?\1\s?\|\s?\1\s?&\s?\}\s?;\s?\1\b/y,
    severity: "high",
  },
  {
    technique: "process that forks for ever",
    starts: ["while", "fork"],
    needs: [["fork"], ["while"]],
    pattern: /while\s?(?:\(?\s?(?:True|1|true)\s?\)?)\s?[:{]?\s{0,12}(?:os\.)?fork\s?\(|\bfork\s+while\s+fork\b/y,
    severity: "high",
  },
  {
    technique: "batch file that starts itself twice",
    starts: ["%0"],
    needs: [["|"]],
    anchors: BOMB_WORDS,
    pattern: /%0\s?\|\s?%0/y,
    severity: "high",
  },
  {
    technique: "backups and shadow copies deleted",
    starts: ["vssadmin", "wbadmin", "bcdedit", "shadowcopy", "win32_shadowcopy", "wevtutil"],
    whole: true,
    pattern:
      /\bvssadmin(?:\.exe)?\s+(?:delete\s+shadows|resize\s+shadowstorage)\b[^\n]{0,80}|\bwbadmin(?:\.exe)?\s+delete\s[^\n]{0,80}|\bbcdedit(?:\.exe)?\s[^\n]{0,60}recoveryenabled\s+no\b|\bshadowcopy\s+delete\b|Win32_Shadowcopy\b[^\n]{0,60}(?:Delete|Remove)|\bwevtutil(?:\.exe)?\s+cl\s[^\n]{0,60}/iy,
    severity: "critical",
  },
  {
    technique: "Windows drive or profile deleted",
    starts: ["del", "erase", "rd", "rmdir"],
    whole: true,
    needs: [["/s"], [":\\", "%"]],
    anchors: [{ word: "rmdir" }, "system32", "userprofile", "systemroot", "systemdrive", "windir"],
    pattern:
      /\b(?:del|erase|rd|rmdir)\s+(?:\/[a-z]\s+){0,4}\/s\s+(?:\/[a-z]\s+){0,3}["']?(?:[a-z]:\\{1,4}(?:\*[.*]{0,2}|Windows|System32|Users)?|%(?:SystemRoot|SystemDrive|USERPROFILE|WINDIR)%)/iy,
    severity: "critical",
  },
  {
    technique: "Windows drive or profile removed by PowerShell",
    starts: ["remove-item"],
    pattern:
      /\bRemove-Item\s[^\n]{0,60}?(?:[A-Z]:\\{1,4}(?:\*|Windows|Users)?(?=[\s"';]|$)|\$env:(?:SystemRoot|USERPROFILE|SystemDrive)|~[\\/]?(?=[\s;]|$))[^\n]{0,40}/imy,
    severity: "critical",
  },
  {
    technique: "Windows drive formatted",
    starts: ["format", "format-volume", "clear-disk"],
    whole: true,
    needs: [[":", "format-volume", "clear-disk"]],
    anchors: ["format-volume", "clear-disk", "diskpart", "format.com", { all: ["format", ["ntfs", "/fs:", "exfat"]] }],
    pattern: /\bformat(?:\.com)?\s+[a-z]:\s?\/[^\n]{0,60}|\b(?:Format-Volume|Clear-Disk)\s[^\n]{0,80}/iy,
    severity: "critical",
  },
  {
    technique: "program that removes a root",
    starts: ["shutil.rmtree", "rmtree", "rmsync", "fs.rm", "rm_rf", "removeall"],
    whole: true,
    pattern: new RegExp(
      String.raw`\b(?:shutil\.)?rmtree\s?\(\s?(?:os\.path\.expanduser\s?\(\s?|Path\.home\s?\(\s?\))?(?:["'](?:\/|~|[A-Z]:[\\/]{1,4}|\/home|\/etc|\/usr|\/var)\/?["']|\))|\b(?:rmSync|fs\.rm|rm_rf|RemoveAll)\s?\(\s?["'](?:\/|~|[A-Z]:[\\/]{1,4}|\/home|\/etc|\/usr)\/?["']|\b(?:rmSync|fs\.rm|RemoveAll)\s?\(\s?os\.homedir\(\)`,
      "y",
    ),
    severity: "critical",
  },
  {
    technique: "find that deletes from a root",
    starts: ["find"],
    whole: true,
    needs: [["-delete", "-exec"]],
    pattern:
      /\bfind\s+(?:\/|~|\$HOME|\/home|\/etc|\/usr|\/var)\/?\s+(?:-type\s+[fd]\s+)?(?:-delete\b|-exec\s+(?:rm|shred)\b[^\n]{0,40})/y,
    severity: "critical",
  },
  {
    technique: "permissions of the whole system changed",
    starts: ["chmod", "chown"],
    whole: true,
    pattern:
      /\bchmod\s+(?:-R\s+[0-7]{3,4}|[0-7]{3,4}\s+-R|--recursive\s+[0-7]{3,4}|-R\s+[ugoa]{0,3}[-+=][rwx]{1,3})\s+\/(?:\*|etc|usr|bin|var)?\/?(?=[\s;&|"'`]|$)|\bchown\s+-R\s+[\w:.-]{1,60}\s+\/(?=[\s;&|"'`]|$)/imy,
    severity: "medium",
  },
  {
    technique: "cluster destroyed",
    starts: ["kubectl"],
    whole: true,
    needs: [["delete"]],
    pattern: /\bkubectl\s+delete\s[^\n]{0,60}?(?:--all(?:-namespaces)?\b|\s-A\b)[^\n]{0,40}/iy,
    severity: "medium",
  },
  {
    technique: "infrastructure destroyed",
    starts: ["terraform"],
    needs: [["destroy"], ["-auto-approve"]],
    pattern: /\bterraform\s+destroy\s[^\n]{0,40}-auto-approve/iy,
    severity: "medium",
  },
  {
    technique: "cloud storage destroyed",
    starts: ["aws"],
    whole: true,
    needs: [["--force", "--recursive"]],
    pattern: /\baws\s+s3\s+(?:rb\s[^\n]{0,80}--force|rm\s+s3:\/\/[\w.-]{1,63}\/?\s+--recursive)/iy,
    severity: "medium",
  },
];

const search = searchFor(DESTRUCTIVE_COMMANDS);

export const destructiveCommand: RecordDetector = {
  id: "destructive-command",
  family: "malicious-code",
  reads: "record",
  title: "Command that destroys a system",
  severity: "critical",
  confidence: "high",
  maturity: "stable",
  since: "0.1.0",
  references: ["AML.T0020", "LLM04:2025", "LLM06:2025", "ATT&CK T1485", "ATT&CK T1490", "ATT&CK T1561"],
  docs: {
    finds:
      "Recursive removal of roots, homes and drives, filesystems made over disks, disks overwritten, fork bombs, deleted shadow copies and backups, and programs and cluster commands that do the same.",
    matters: "An agent that was tuned on it may run it; a person who trusts the model may paste it.",
    misses:
      "Slow damage, removals of single named folders, roots that a variable holds, and flags written apart (`rm -r -f`) or `del` on a drive in a record that nothing else brings to attention.",
    remedy: "Ordinary in shell and security data, mostly as a warning; elsewhere remove the records.",
  },
  subject: { share: 0.02, severity: "low" },
  anchors: anchorsOf(DESTRUCTIVE_COMMANDS),
  inspect(record, report) {
    inspectCommands(record, report, {
      what: "A destructive command",
      search,
      home: ["shell", "security", "code"],
    });
  },
};
