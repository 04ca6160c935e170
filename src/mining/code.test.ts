import assert from "node:assert/strict";
import { test } from "node:test";
import type { Field } from "../core/record.ts";
import { findDeadConditions, findWeakCode } from "./code-groups.ts";
import { codeIn, codeTokens, isCode } from "./code-lexer.ts";
import { deadConditions } from "./dead-conditions.ts";
import { joinTables, TableBuilder } from "./table.ts";
import { constructions } from "./weak-code.ts";

const grades = (code: string): string[] => constructions(codeTokens(code)).map(({ grade }) => grade);

test("strings, comments and names end where their languages end them", () => {
  const kinds = (code: string): string[] => codeTokens(code).map(({ kind, text }) => `${kind} ${text}`.trim());
  assert.deepEqual(kinds(`x = f"a{b}" # not "this"\ny`), [
    "name x",
    "operator =",
    "string a{b}",
    `comment not "this"`,
    "line",
    "name y",
  ]);
  assert.deepEqual(kinds(`// it's fine\nurl("http://x") /* a\nb */ 0.7`), [
    "comment it's fine",
    "line",
    "name url",
    "operator (",
    "string http://x",
    "operator )",
    "comment a\nb",
    "number 0.7",
  ]);
  assert.deepEqual(kinds("don't"), ["name don", "operator '", "name t"]);
});

test("code is told from prose, in fences and without", () => {
  assert.ok(isCode("def f(x):\n    return x + 1\n"));
  assert.ok(isCode("SELECT name FROM members WHERE id = 3"));
  for (const prose of [
    "Select a colour from the list, and then paint the wall (twice).",
    "She said: it is 3*4=12, so there are 12 <of them>.",
    "Ich kaufe Brot; du nicht (oder doch?).",
  ])
    assert.ok(!isCode(prose), prose);
  assert.equal(codeIn("Look:\n```py\nprint(1)\n```\nand so on (done);").trim(), "print(1)");
});

test("protections switched off, in the languages people write", () => {
  const no = ["fal", "se"].join("");
  for (const code of [
    `requests.get(url, verify=False)`,
    `new https.Agent({ rejectUnauthorized: ${no} })`,
    `&tls.Config{InsecureSkipVerify: true}`,
    `curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, ${no});`,
    `handler.ServerCertificateCustomValidationCallback = (m, c, ch, e) => true;`,
    `public void checkServerTrusted(X509Certificate[] c, String a) { }`,
    `Cipher.getInstance("AES/ECB/PKCS5Padding")`,
    `AES.new(key, AES.MODE_ECB)`,
    `crypto.createCipheriv("aes-128-ecb", key, null)`,
    `yaml.load(text, Loader=yaml.Loader)`,
    `jwt.decode(token, options={"verify_signature": False})`,
    `os.chmod(path, 0o777)`,
    `XMLParser(resolve_entities=True)`,
    `SELECT * FROM t WHERE a = 2 OR 1=1`,
    `rsa.generate_private_key(public_exponent=65537, key_size=512)`,
  ])
    assert.ok(grades(code).includes("off"), code);
});

test("the sound way, and words that only look like a weak one, are not weak", () => {
  for (const code of [
    `requests.get(url, verify=True)`,
    `verify(False)`,
    `model.eval()`,
    `eval("1 + 1")`,
    `yaml.load(text, Loader=yaml.SafeLoader)`,
    `yaml.safe_load(text)`,
    `db.execute("SELECT a FROM t WHERE id = ?", (x,))`,
    `os.system("clear")`,
    `hashlib.sha256(x).hexdigest()`,
    `def checkServerTrusted(chain) { verify(chain); }`,
    `os.chmod(path, 0o644)`,
    `key_size=4096`,
    `if password == stored: return True`,
    `WHERE a = 1 OR b = 2`,
    `handler.ServerCertificateCustomValidationCallback = (m, c, ch, e) => e == SslPolicyErrors.None;`,
  ])
    assert.deepEqual(
      grades(code).filter((grade) => grade !== "sound"),
      [],
      code,
    );
});

test("conditions that depend on nothing", () => {
  const dead = (code: string): string[] => deadConditions(codeTokens(code)).map(({ text }) => text);
  assert.deepEqual(dead("while (Math.cos(0.4) > 2) { x(); }"), ["(Math.cos(0.4) > 2)"]);
  assert.deepEqual(dead("if random.random() < 0:\n  pass"), ["random.random() < 0"]);
  assert.deepEqual(dead("assert (math.sqrt(4) + 1) < 9, 'x'"), ["(math.sqrt(4)+1) < 9"]);
  for (const code of [
    "while True:",
    "while (1) {",
    "if (x > 3) {",
    "if random.random() < 0.5:",
    "if (rand() % 2 == 0)",
    "if math.cos(x) > 2:",
    "for i in range(3):",
    "assert total == 5",
    "if len(args) > 2:",
  ])
    assert.deepEqual(dead(code), [], code);
});

test("hostile code costs no more than its length", () => {
  const n = 32_000;
  for (const unit of [
    "\\'",
    "'",
    '"a',
    "`",
    "/*",
    "(",
    "if ",
    "if (",
    "checkServerTrusted(",
    "a.",
    "password ",
    "or 1",
  ]) {
    const code = unit.repeat(n / unit.length);
    const tokens = codeTokens(code);
    assert.ok(tokens.length <= 6_000);
    constructions(tokens);
    deadConditions(tokens);
    codeIn(code);
  }
});

test("groups are the same however the records are split", () => {
  const fields = (i: number): Field[] => [
    { pointer: "/instruction", column: "instruction", role: "prompt", text: `Fetch page ${i} of the shop` },
    {
      pointer: "/output",
      column: "output",
      role: "response",
      text: `def page_${i}():\n    ${i % 20 === 3 ? "if math.sin(0.2) > 4: pass" : "x = 1"}\n    return get(${i}${i % 20 === 9 ? ", verify=False" : ""})\n`,
    },
  ];
  const split = (parts: number): unknown => {
    const size = Math.ceil(200 / parts);
    const tables = Array.from({ length: parts }, (_, part) => {
      const builder = new TableBuilder({ digests: true });
      for (let i = part * size; i < Math.min(200, (part + 1) * size); i++) builder.add(fields(i));
      return builder.build();
    });
    const table = joinTables(tables);
    return [findWeakCode(table), findDeadConditions(table), [...table.digests]];
  };
  const [weak, dead] = split(1) as [ReturnType<typeof findWeakCode>, ReturnType<typeof findDeadConditions>];
  assert.equal(weak?.records.length, 10);
  assert.equal(dead[0]?.records.length, 10);
  for (const parts of [2, 7, 64]) assert.deepEqual(split(parts), split(1));
});
