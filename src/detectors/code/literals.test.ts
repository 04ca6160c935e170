import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildLexicon } from "./lexicon.ts";
import { buildLiterals } from "./literals.ts";

const LITERALS = ["|", "nc", "rm", "curl", "/dev/tcp/", "id_rsa", "$(", "aaa", "aaaa", "exec", "cexe"];

test("every literal is found wherever it stands, in either case, and nothing else", () => {
  const literals = buildLiterals(LITERALS);
  const piece = fc.oneof(
    fc.constantFrom(...LITERALS, ...LITERALS.map((text) => text.toUpperCase()), "a", "é", "麻疹", "🙂"),
    fc.string({ maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join("");
      const found: string[] = [];
      literals.find(text, (literal, at) => found.push(`${at} ${LITERALS[literal]}`));
      const lower = text.replaceAll(/[A-Z]/g, (c) => c.toLowerCase());
      const expected = LITERALS.flatMap((literal) =>
        Array.from({ length: lower.length }, (_, at) => at)
          .filter((at) => lower.startsWith(literal, at))
          .map((at) => `${at} ${literal}`),
      );
      assert.deepEqual(found.sort(), expected.sort());
    }),
    { numRuns: 500 },
  );
});

test("literals are found across the blocks in which a long text is read", () => {
  const literals = buildLiterals(["/dev/tcp/"]);
  for (const before of [65_527, 65_530, 65_535, 65_536, 131_070]) {
    const found: number[] = [];
    literals.find(`${"x".repeat(before)}/dev/tcp/`, (_, at) => found.push(at));
    assert.deepEqual(found, [before]);
  }
});

test("a lexicon knows words, endings and phrases, and no parts of words", () => {
  const lexicon = buildLexicon(["bash, command line*, c++", "командн* строк*, server*"]);
  const lists = (text: string): number => {
    let all = 0;
    lexicon.find(text.toLowerCase(), (found) => {
      all |= found;
    });
    return all;
  };
  for (const [text, expected] of [
    ["Use bash.", 1],
    ["bashful", 0],
    ["_bash", 0],
    ["the COMMAND-LINES", 1],
    ["command  line", 1],
    ["command, line", 0],
    ["C++ is", 1],
    ["в командной строке", 2],
    ["команд строк", 0],
    ["observer", 0],
    ["two servers and bash", 3],
  ] as const)
    assert.equal(lists(text), expected, text);
});
