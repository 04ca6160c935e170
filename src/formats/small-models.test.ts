// The readers of models that hold little besides numbers: what they have beyond numbers is found.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memorySource } from "../core/bytes.ts";
import type { Format } from "../core/format.ts";
import { LIMITS } from "../base/limits.ts";
import { readHead } from "../scan/unit.ts";
import { coreMl } from "./core-ml.ts";
import { modelXml } from "./model-xml.ts";
import { protoMessage } from "./model/testing/writers.ts";
import { msgpack } from "./msgpack.ts";
import { numericModel } from "./numeric-model.ts";
import { caseBytes, codes, hear, hearCase, hearText, type Heard } from "./shared/testing.ts";
import { tflite } from "./tflite.ts";

const uses = ({ models }: Heard): string[] =>
  models.flatMap(({ operations }) => operations.map(({ use, name }) => `${use} ${name}`));
const odd = ({ models }: Heard): string[] =>
  models.flatMap(({ irregularities }) => irregularities.map(({ code }) => code));
const sniff = async (format: Format, name: string, bytes: Uint8Array): Promise<number> =>
  format.sniff(await readHead(memorySource(name, bytes), LIMITS));

describe("PMML and OpenVINO", () => {
  const pmml = (inner: string, before = ""): string =>
    `<?xml version="1.0"?>\n<!-- a [comment] -->${before}<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">${inner}</PMML>`;

  test("functions of Java and scripts are found, PMML's own are not", async () => {
    const heard = await hearText(
      modelXml,
      "m.pmml",
      pmml(
        `<Apply function="if"/><Apply function="x.y.Widget"/><Extension><script language="js">f()</script></Extension>`,
      ),
    );
    assert.deepEqual(uses(heard), ["call x.y.Widget", "code script"]);
  });

  test("entities that a parser would fetch or multiply are found", async () => {
    const inner = Array.from({ length: 9 }, () => "&a;").join("");
    const heard = await hearText(
      modelXml,
      "m.pmml",
      pmml(
        "&x;",
        `<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY a "aaaa"><!ENTITY b "${inner}">]>`,
      ),
    );
    assert.deepEqual(uses(heard), ["url file:///etc/hostname"]);
    assert.deepEqual(odd(heard), ["entity-bomb"]);
  });

  test("they are known by their root", async () => {
    assert.ok((await sniff(modelXml, "a.xml", Buffer.from(pmml("", `<!DOCTYPE PMML [<!ENTITY a ">">]>`)))) > 0.9);
    assert.ok((await sniff(modelXml, "a.xml", Buffer.from(`<net name="m" version="11"><layers/></net>`))) > 0.9);
    assert.equal(await sniff(modelXml, "a.xml", Buffer.from(`<rows><row>PMML</row></rows>`)), 0);
    assert.equal(await sniff(modelXml, "a.xml", Buffer.from(`<!DOCTYPE x [`.repeat(1000))), 0);
  });
});

describe("Flax", () => {
  const text = (value: string): Buffer => Buffer.from([0xa0 + value.length, ...Buffer.from(value)]);
  const array = (type: string): Buffer => {
    const inner = Buffer.concat([Buffer.from([0x93, 0x91, 0x02]), text(type), Buffer.from([0xc4, 0x02, 1, 2])]);
    return Buffer.concat([Buffer.from([0xc7, inner.length, 1]), inner]);
  };

  test("parameters are silent; other extensions, objects and doubles are told", async () => {
    const map = (...entries: Buffer[]): Buffer => Buffer.concat([Buffer.from([0x80 + entries.length / 2]), ...entries]);
    const read = (bytes: Buffer): Promise<Heard> => hear(msgpack, memorySource("flax_model.msgpack", bytes));
    const plain = await read(
      map(text("params"), map(text("kernel"), array("float32")), text("step"), Buffer.from([7])),
    );
    assert.deepEqual([odd(plain), codes(plain)], [[], []]);
    assert.deepEqual(odd(await read(map(text("a"), array("object")))), ["object-array"]);
    assert.deepEqual(odd(await read(map(text("a"), Buffer.from([0xd4, 77, 0])))), ["extension-unknown"]);
    assert.deepEqual(odd(await read(map(text("a"), Buffer.from([1]), text("a"), Buffer.from([2])))), ["duplicate-key"]);
    assert.deepEqual(odd(await read(Buffer.concat([map(text("a"), Buffer.from([1])), Buffer.from("more")]))), [
      "trailing-bytes",
    ]);
    assert.deepEqual(codes(await read(Buffer.from([0x81, 0xa1, 0x61, 0xc6, 0xff, 0xff, 0xff, 0xff]))), [
      "truncated lost",
    ]);
    assert.deepEqual(codes(await read(Buffer.alloc(4000, 0x91))), ["malformed lost"]);
  });
});

test("Core ML: custom classes and linked models are found in pipelines too", async () => {
  const network = [
    [
      1,
      [
        [1, "l"],
        [500, [[10, "Widget"]]],
      ],
    ],
  ] as const;
  const linked = [[1, [[1, [[1, "../other.mlmodel"]]]]]] as const;
  const pipeline = protoMessage([
    [1, 5],
    [2, [[100, "about"]]],
    [
      202,
      [
        [
          1,
          [
            [1, 5],
            [500, network],
          ],
        ],
        [
          1,
          [
            [1, 5],
            [556, linked],
          ],
        ],
      ],
    ],
  ]);
  const heard = await hear(coreMl, memorySource("m.mlmodel", pipeline));
  assert.deepEqual(uses(heard), ["layer Widget", "path ../other.mlmodel"]);
  assert.ok((await sniff(coreMl, "m.mlmodel", pipeline)) > 0.9);
});

test("TensorFlow Lite: custom operators are found", async () => {
  const heard = await hearCase(tflite, "custom.tflite");
  assert.deepEqual(uses(heard), ["op Widget"]);
  assert.deepEqual(codes(heard), []);
  const cut = await hear(tflite, memorySource("m.tflite", caseBytes("tflite", "custom.tflite").subarray(0, 40)));
  assert.deepEqual(codes(cut), ["malformed lost"]);
});

test("models of numbers are known by their beginnings, and text that begins alike is not", async () => {
  const piece = (name: string): readonly [number, readonly (readonly [number, string])[]] => [1, [[1, name]]];
  const vocabulary = protoMessage([piece("<unk>"), piece("<s>"), piece("a"), piece("b")]);
  assert.ok((await sniff(numericModel, "tokenizer.model", vocabulary)) > 0.8);
  assert.ok((await sniff(numericModel, "m.txt", Buffer.from("tree\nversion=v4\nnum_class=1\n"))) > 0.8);
  assert.ok((await sniff(numericModel, "m.cbm", Buffer.from("CBM1\x40\0\0\0data"))) > 0.8);
  for (const text of ["tree\nhouse\n", "CBM is a format\n", "binf\nis a word\n", "{}"])
    assert.equal(await sniff(numericModel, "a.txt", Buffer.from(text)), 0, text);
});
