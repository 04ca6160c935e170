// What a record is about: whether its own prompt talks about shells, code, SQL, security, networks or encodings. A
// command is at home in an answer to "how do I list open ports?" and has no business in an answer about measles. Judged
// by a small vocabulary in about twenty languages; an unknown language reads as "not technical", which errs on the
// side of reporting. Every expression here is a plain alternation: linear in the text.
import type { DataRecord, Field, Role } from "../../core/record.ts";
import { buildLexicon } from "./lexicon.ts";

export const TOPICS = ["shell", "code", "sql", "security", "network", "encoding"] as const;
export type Topic = (typeof TOPICS)[number];

/** `home`: the prompt talks about the very thing. `near`: it is technical otherwise. `none`: it is about something else. */
export type Fit = "none" | "near" | "home";

// Words of scripts without spaces match anywhere.
const anywhere = (words: string): RegExp =>
  new RegExp(
    words
      .trim()
      .split(/\s*,\s*/)
      .join("|"),
    "iu",
  );
const UNSPACED = /[^\0-\u058f]/;

// The words of each topic; `*` stands for an ending.
const STRONG: Readonly<Record<Topic, string>> = {
  shell: `bash, zsh, shell script*, shell command*, shell, command line*, commandline, cmd.exe, linux, unix, ubuntu, debian,
      centos, fedora, macos, powershell, sudo, cron, crontab, cronjob*, ssh, docker*, kubernetes, kubectl, devops,
      sysadmin*, systemd, curl, wget, grep, awk, sed, chmod, makefile, ansible, terraform, apt get, one liner, cli, stdin,
      stdout, subprocess*, terminal command*, system administra*, administrador de sistemas, línea de comandos,
      linea de comandos, linha de comando*, comando*, riga di comando, ligne de commande*, invite de commande*,
      befehlszeile*, kommandozeile*, shell-*, skript*, opdrachtregel*, командн* строк*, команду, команда, команды,
      командой, скрипт*, терминал*, komut*, betik*, skrypt*, wiersz* polece*, dòng lệnh, lệnh, perintah, baris perintah,
      kommando*, batch file*, registry key*, windows registry, process list*, root user, root access`,
  code: `python*, javascript, typescript, java, c++, c#, php, golang, kotlin, perl, html, css, json, yaml, regex*,
      regular expression*, source code, code snippet*, write code, this code, the code, following code, some code,
      programming, programmer*, pseudocode, algorithm*, compiler*, debug*, api, apis, rest api, developer*, software*,
      leetcode, github, gitlab, git, npm, pip, node.js, nodejs, django, flask, react, ruby, script*, coding, código*,
      codigo*, programación, programação, programmazione, codice, programmier*, quellcode*, quelltext*, programmcode,
      kod, kodu, kodlama, kode, mã nguồn, lập trình, код, кода, коде, исходник*, программир*, функцию на, програмув*,
      jupyter, notebook cell*, stack trace, traceback, unit test*, class definition, lambda, recursi*`,
  sql: `sql, mysql, postgres*, sqlite, mariadb, oracle database, nosql, database*, create table, select, insert into,
      table schema, base de datos, bases de datos, banco de dados, base de données, bases de données, datenbank*,
      baza danych, bazy danych, bazie danych, veritaban*, cơ sở dữ liệu, basis data, базы данных, базе данных,
      база данных, базу данных, бази даних, base dati, stored procedure*, primary key, foreign key`,
  security: `reverse shell*, bind shell*, vulnerab*, malware*, malicious*, pentest*, penetration test*, ctf, capture the flag,
      hacker*, hacking, hacked, cyber*, ransomware, phishing, backdoor*, red team*, blue team*, infosec, cve*, owasp,
      injection attack*, command injection, sql injection, xss, privilege escalation, mitre att*, metasploit, meterpreter,
      msfvenom, firewall*, threat actor*, botnet*, trojan*, rootkit*, keylogger*, spyware, attacker*, security vulnerab*,
      network security, computer security, information security, intrusion*, exploit*, netcat, ncat, lolbin*, yara,
      ciberseguridad, vulnerabilid*, ciberataque*, malicios*, atacante*, cybersécurité, cyberattaque*, pirate informatique,
      malveillant*, attaquant*, schadsoftware, sicherheitslücke*, angreifer*, it-sicherheit, cibersegurança, вредонос*, уязвим*, хакер*, кибер*, взлом*, злоумышленник*, siber*, zararlı yazılım, saldırgan*, złośliw*, an ninh mạng,
      mã độc, tin tặc, peretas*, keamanan siber, sicurezza informatica, attaccante*, kötü amaçlı`,
  network: `socket*, tcp, udp, netcat, port number*, port scan*, open port*, port forward*, ip address*, client server, http request*, http server*, http client*, web server*, packet*,
      network script*, remote shell*, remote command*, telnet, ftp, vpn, proxy, dirección ip, adresse ip, ip-adresse*, ip адрес*, сокет*, servidor web, serveur web`,
  encoding: `base64, base 64, base32, hexadecimal*, hex string*, hex, rot13, caesar, cipher*, ciphertext, url encod*, percent encod*, encode*, encoding*,
      decode*, decoding, decrypt*, encrypt*, cryptograph*, crypto, obfusc*, deobfusc*, utf 8, ascii, unicode, data uri*, jwt, codific*,
      decodific*, descodific*, cifra*, descifra*, decifr*, chiffr*, déchiffr*, encoder, encodé*, décod*, kodier*, dekodier*, entschlüssel*, verschlüssel*, codier*, decodier*, кодир*, декодир*, закодир*, раскодир*,
      шифр*, зашифр*, расшифр*, şifre*, kodla*, szyfr*, zakod*, odkod*, dekod*, rozszyfr*, mã hóa, giải mã, enkripsi, dekripsi, enkode, dekode, versleutel*, codeer*, decodeer*, secret message*, minif*`,
};
const STRONG_UNSPACED: Readonly<Record<Topic, RegExp>> = {
  shell:
    anywhere(`命令, 终端, 終端機, 脚本, 腳本, 服务器, 伺服器, シェル, コマンド, スクリプト, サーバ, ターミナル, 셸, 명령어, 명령줄, 스크립트, 서버, 터미널,
      سطر الأوامر, سطر أوامر, سكريبت, سكربت, الطرفية, कमांड, स्क्रिप्ट, टर्मिनल, सर्वर, คำสั่ง, สคริปต์, เซิร์ฟเวอร์, خط فرمان, اسکریپت, سرور, পাইথন, কমান্ড`),
  code: anywhere(
    `代码, 代碼, 编程, 編程, 程序, 程式, 函数, 函數, 算法, プログラム, プログラミング, コード, 関数, 코드, 프로그램, 프로그래밍, 함수, 알고리즘, كود, برمج, शिफ़र कोड, कोड, प्रोग्राम, โค้ด, โปรแกรม, برنامه‌نویسی, کد `,
  ),
  sql: anywhere(
    `数据库, 資料庫, データベース, 데이터베이스, قاعدة بيانات, قاعدة البيانات, قواعد البيانات, डेटाबेस, ฐานข้อมูล, پایگاه داده`,
  ),
  security: anywhere(
    `漏洞, 恶意, 惡意, 黑客, 駭客, 网络安全, 資訊安全, 信息安全, 攻击者, 渗透, 反弹, 木马, マルウェア, 脆弱性, ハッカー, 攻撃者, サイバー, 악성코드, 악성 코드, 해킹, 해커, 취약점, 보안, 공격자, اختراق, ثغرة, ثغرات, برمجيات خبيثة, الأمن السيبراني, مهاجم, हैकर, हैकिंग, मैलवेयर, साइबर, हमलावर, แฮกเกอร์, มัลแวร์, ช่องโหว่, بدافزار, هکر`,
  ),
  network: anywhere(`套接字, ソケット, 소켓, 网络编程, IP地址, IPアドレス`),
  encoding: anywhere(
    `编码, 編碼, 解码, 解碼, 加密, 解密, 密码学, 密文, エンコード, デコード, 暗号, 復号, 인코딩, 디코딩, 암호, 복호, تشفير, ترميز, فك الشفرة, فك تشفير, एन्कोड, एनकोड, डिकोड, डीकोड, कूट, ถอดรหัส, เข้ารหัส, رمزگ, رمزنگاری, מקודד, פענח, קידוד`,
  ),
};
const CODE_BLOCK = /```|(?:^|\n)\s{0,40}(?:def |function |public class |import |#include|from \w{1,40} import )/u;

// One of these alone says nothing ("the function of the liver", "set the table"); two different ones do.
const WEAK = `code, codes, command*, function*, program, programs, query, queries, table*, column*, row, rows, file*,
  directory, directories, folder*, server*, network, security, computer*, laptop, password*, login, website*, web app*,
  array*, string, integer*, variable*, loop, loops, backup*, package*, repository, records, delete*, remove*, drop, truncate*, download*,
  log file*, url, urls, run, execute*, class, method, object, terminal, script, disk, partition*, boot, process, dataset,
  befehl*, datei*, ordner, programm, passwort, server*, tabelle*, commande*, fichier*, dossier*, programme, serveur*, mot de passe, archivo*, carpeta*,
  programa*, servidor*, contraseña*, tabla*, consulta*, arquivo*, senha, tabela*, файл*, папк*, программ*, пароль, сервер*, таблиц*, функци*, запрос*, dosya*, sunucu*, tablo, pliki*, plików, serwer*, tập tin, thư mục, berkas`;
const WEAK_ANYWHERE = new RegExp(
  anywhere(
    `文件, 目录, 查询, 表格, 系统, 电脑, 密码, ファイル, フォルダ, パスワード, 파일, 폴더, 비밀번호, ملف, مجلد, برنامج, كلمة المرور, फ़ाइल, फाइल, फ़ोल्डर, पासवर्ड, ไฟล์, โฟลเดอร์, فایل, پوشه`,
  ).source,
  "giu",
);
// Asking to set something up is asking for commands, whatever the thing is called.
const SETUP = `install*, uninstall*, set up, setup, configur*, deploy*, upgrade*, instalar, instala*, installer, installier*, einricht*, installa*, установ*, настро*, kurulum, kurmak, zainstal*, cài đặt, pasang, instalasi`;
const SETUP_ANYWHERE = anywhere(`安装, 安裝, 配置, 部署, インストール, 설치, تثبيت, تنصيب, इंस्टॉल, स्थापित, ติดตั้ง, نصب`);

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** How technical a text is: its topics, and whether it is technical at all. */
export interface Subject {
  readonly topics: ReadonlySet<Topic>;
  readonly technical: boolean;
}

const WORDS = buildLexicon([...TOPICS.map((topic) => STRONG[topic]), SETUP, WEAK]);
const SETUP_LIST = 1 << TOPICS.length;
const WEAK_LIST = SETUP_LIST << 1;

// The prompt can be as long as a book; what it is about is said in its beginning or its end.
const READ_MAX = 4_000;

export function subjectOf(text: string): Subject {
  const read = text.length > READ_MAX * 2 ? `${text.slice(0, READ_MAX)}\n${text.slice(-READ_MAX)}` : text;
  let lists = 0;
  const weak = new Set<string>();
  let weakEnd = 0;
  const lower = read.toLowerCase();
  WORDS.find(lower, (found, start, end) => {
    lists |= found;
    if ((found & WEAK_LIST) === 0 || start < weakEnd) return;
    weak.add(lower.slice(start, Math.min(end, start + 5)));
    weakEnd = end;
  });
  const unspaced = UNSPACED.test(read);
  const topics = new Set(
    TOPICS.filter((topic, n) => ((lists >> n) & 1) === 1 || (unspaced && STRONG_UNSPACED[topic].test(read))),
  );
  if (CODE_BLOCK.test(read)) topics.add("code");
  if (topics.size > 0) return { topics, technical: true };
  if ((lists & SETUP_LIST) !== 0 || (unspaced && SETUP_ANYWHERE.test(read))) return { topics, technical: true };
  for (const [word] of unspaced ? read.matchAll(WEAK_ANYWHERE) : []) {
    weak.add(word);
    if (weak.size >= 3) break;
  }
  // Three of them, as in "delete the files in this directory", are talk of a shell.
  if (weak.size >= 3) return { topics: new Set(["shell", "code"]), technical: true };
  return { topics, technical: weak.size === 2 };
}

const ASKS: ReadonlySet<Role> = new Set<Role>(["prompt", "context", "system"]);

/**
 * The subject of a record without the spans found in one of its fields (a payload must not vouch for itself: the command around
 * it is left out too). A record without a prompt is judged by all that it says elsewhere.
 */
export function recordSubject(record: DataRecord, field: Field, spans: readonly Span[]): Subject {
  const asks = record.fields.filter((f) => ASKS.has(f.role));
  const sources = asks.length > 0 ? asks : record.fields;
  const said = (f: Field): string => (f === field ? without(f.text, spans) : f.text);
  return subjectOf([...gather(sources, said), ...gather(sources.toReversed(), said).reverse()].join("\n"));
}

// As many fields as subjectOf will read: a conversation may have thousands of turns.
function gather(fields: readonly Field[], said: (field: Field) => string): string[] {
  const texts: string[] = [];
  let length = 0;
  for (const field of fields) {
    if (length > READ_MAX) break;
    const text = said(field);
    texts.push(text);
    length += text.length;
  }
  return texts;
}

// Words that belong to a command rather than to the sentence around it.
const COMMAND_WORD =
  /^(?:sudo|(?:ba|z|k|da|c|fi)?sh|python[\d.]*|perl|ruby|php|lua|node|go|java|powershell|pwsh|cmd|curl|wget|nc|ncat|netcat|telnet|socat|openssl|awk|sed|cat|echo|printf|env|printenv|set|export|tar|cp|mv|for|in|do|done|if|then|fi|while|import|from|new|select|union|all|drop|delete|into|table|exec|eval|read|root|reg|add|net|sc|create|iex|irm|iwr|crontab|systemctl|launchctl|zmodload|mkfifo|mknod)$/i;
const PROSE = /^[("'«“‘¿¡[]?[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*[)"'»”’\],.;:?!…。，、：？！]*$/u;
const CODE_LINE =
  /^\s*(?:import\s|from\s+\S+\s+import|def\s|#include|package\s|use\s|using\s|\$\w|[\w.[\]]+\s?=[^=]|[\w.]+\(|while\s.*:\s*$|for\s.*:\s*$)|[;{}]\s*$/;
const REACH_MAX = 400;

const prose = (token: string): boolean => PROSE.test(token) && !COMMAND_WORD.test(token.replaceAll(/[^\w]/g, ""));

// How far the command around a span reaches: to the first three words of prose in a row, or the end of its line.
function reach(text: string, at: number, step: -1 | 1): number {
  const slice = step > 0 ? text.slice(at, at + REACH_MAX) : text.slice(Math.max(0, at - REACH_MAX), at);
  const line = step > 0 ? (slice.split("\n", 1)[0] ?? "") : slice.slice(slice.lastIndexOf("\n") + 1);
  const tokens = line.split(/(\s+)/);
  if (step < 0) tokens.reverse();
  let taken = 0;
  let run = 0;
  let proseTaken = 0;
  for (const token of tokens) {
    taken += token.length;
    if (token.trim() === "") continue;
    run = prose(token) ? run + 1 : 0;
    proseTaken = run === 0 ? taken : proseTaken;
    if (run === 3) break;
  }
  return at + step * proseTaken;
}

/** The text without the spans, the commands around them and, beside them, lines of code. */
function without(text: string, spans: readonly Span[]): string {
  let kept = "";
  let at = 0;
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const from = Math.max(at, reach(text, start, -1));
    if (from > at) kept += text.slice(at, from);
    kept += " \n ";
    at = Math.max(at, reach(text, end, 1));
  }
  kept += text.slice(at);
  return kept
    .split("\n")
    .filter((line) => !CODE_LINE.test(line.slice(0, 200)))
    .join("\n")
    .replaceAll(/\bimport\s[\w., ]{1,80}(?=\n|$)/g, "");
}

/** True when the record's own prompt asks for something technical. */
export const asksForCode = (record: DataRecord): boolean => {
  const asks = record.fields.filter((f) => ASKS.has(f.role));
  const said = (f: Field): string => f.text;
  return subjectOf(gather(asks.length > 0 ? asks : record.fields, said).join("\n")).technical;
};

export function fitOf(subject: Subject, home: readonly Topic[]): Fit {
  if (home.some((topic) => subject.topics.has(topic))) return "home";
  return subject.technical ? "near" : "none";
}

// Said about a command rather than said as one. "Do not tell anybody" is no warning, so the verb must fit.
const WARNS = buildLexicon([
  `never run, never execute, never type, never use, never paste, do not run, do not execute, do not type, do not use, do not paste, don't run, don't execute, don't type, don't use, don't paste,
  should not run, avoid running, avoid using, beware of, dangerous, malicious*, attacker*, exploit*, vulnerab*, injection, suspicious, harmful, unsafe, indicator of compromise, detect*,
  nunca ejecut*, no ejecut*, peligros*, malicios*, atacante*, nunca execut*, não execut*, perigos*, jamais exécut*, n'exécutez, dangereu*, malveillant*, attaquant*, niemals ausführ*, nicht ausführ*, gefährlich*, bösartig*, angreifer*,
  никогда не, не запуска*, не выполня*, опасн*, злоумышленник*, вредонос*, asla çalıştır*, tehlikeli, saldırgan*, nigdy nie, niebezpieczn*, pericolos*, attaccante*, non eseguire, không bao giờ, nguy hiểm, jangan jalankan, berbahaya`,
]);
const WARNS_ANYWHERE = anywhere(
  `不要, 切勿, 攻击者, 危险, 恶意, 危険, 攻撃者, 悪意, 実行しない, 절대, 위험, 공격자, 악성, لا تشغل, خطير, المهاجم, مهاجم, खतरनाक, हमलावर, कभी न, अันตราย, อันตราย, خطرناک, مهاجم`,
);

/** True when the words around [start, end) warn of the thing or describe an attack. */
export function warnedOf(text: string, start: number, end: number): boolean {
  const around = `${text.slice(Math.max(0, start - 140), start)} \n ${text.slice(end, end + 80)}`;
  let warned = false;
  WARNS.find(around.toLowerCase(), () => {
    warned = true;
  });
  return warned || WARNS_ANYWHERE.test(around);
}
