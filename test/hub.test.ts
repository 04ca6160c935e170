import { test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { ArtifactRef, Target } from "../src/core/artifact.ts";
import type { ByteSource } from "../src/core/bytes.ts";
import { ToolError } from "../src/core/errors.ts";
import { LIMITS } from "../src/base/limits.ts";
import { openSource, problemOf } from "../src/sources/open.ts";
import { resolveTargets, type ResolveOptions } from "../src/sources/resolve.ts";
import { fakeHub, type FakeHub, type FakeHubOptions } from "./fake-hub.ts";

async function all(targets: readonly string[], options: ResolveOptions): Promise<Target[]> {
  const found: Target[] = [];
  for await (const target of resolveTargets(targets, { backoffMs: 1, ...options })) found.push(target);
  return found;
}
const refs = (targets: readonly Target[]): ArtifactRef[] => targets.filter((target) => target.kind === "artifact");
const first = async (target: string, options: ResolveOptions): Promise<ArtifactRef> =>
  refs(await all([target], options))[0] as ArtifactRef;
const bytesOf = async (source: ByteSource, start?: number, end?: number): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.stream(start, end)) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
};
const large = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
const files = {
  "README.md": "---\nlicense: mit\n---\n# Set\n",
  "data/train-00000.jsonl": '{"text":"a"}\n',
  "data/large.parquet": large,
  "data/odd name #1?.txt": "odd",
};
const set = "datasets/acme/notes";

async function withHub(options: Partial<FakeHubOptions>, body: (hub: FakeHub) => Promise<void>): Promise<void> {
  const hub = await fakeHub({ repos: { [set]: { files } }, ...options });
  try {
    await body(hub);
  } finally {
    await hub.close();
  }
}
const refusedWith = (words: RegExp) => (error: unknown) => error instanceof ToolError && words.test(error.message);

test("a dataset is listed in order, pinned, with the digests the Hub claims", () =>
  withHub({}, async (hub) => {
    const commit = hub.commitOf(set);
    const found = refs(await all([`hf://${set}`], { env: hub.env }));
    const base = `hf://${set}@${commit.slice(0, 12)}`;
    assert.deepEqual(
      found.map(({ uri }) => uri),
      ["README.md", "data/large.parquet", "data/odd name #1?.txt", "data/train-00000.jsonl"].map(
        (path) => `${base}/${path}`,
      ),
    );
    const parquet = found[1] as ArtifactRef;
    assert.deepEqual(parquet.declared, {
      revision: commit,
      repository: set,
      sha256: createHash("sha256").update(large).digest("hex"),
    });
    assert.equal(parquet.sizeBytes, large.length);
    assert.deepEqual(structuredClone(found), JSON.parse(JSON.stringify(found)));
    assert.ok(
      hub.requests.every(({ sent }) => sent === 0),
      "listing costs no content",
    );
  }));

test("every request after the first names the commit, though the branch moves", () =>
  withHub({}, async (hub) => {
    const commit = hub.commitOf(set);
    const iterator = resolveTargets([`hf://${set}`], { env: hub.env })[Symbol.asyncIterator]();
    const { value } = await iterator.next();
    hub.push(set, { "README.md": "changed" });
    const ref = value as ArtifactRef;
    assert.equal((await bytesOf(await openSource(ref, { env: hub.env }))).toString(), files["README.md"]);
    assert.equal(hub.requests[0]?.path.includes("/revision/HEAD"), true);
    assert.ok(
      hub.requests.slice(1).every(({ path }) => path.includes(commit)),
      "the commit in every request",
    );
  }));

test("content is read whole and in slices, names with odd characters included", () =>
  withHub({}, async (hub) => {
    for (const ref of refs(await all([`hf://${set}`], { env: hub.env }))) {
      const want = Buffer.from(files[ref.name as keyof typeof files]);
      const source = await openSource(ref, { env: hub.env });
      assert.deepEqual(await bytesOf(source), want);
      assert.deepEqual(await bytesOf(source, 1, 3), want.subarray(1, 3));
      assert.deepEqual(Buffer.from((await source.slice?.(want.length - 2, want.length + 9)) ?? []), want.subarray(-2));
      assert.equal((await source.slice?.(5, 5))?.length, 0);
      await source.close();
    }
  }));

test("a Parquet file costs its footer, and the Hub is asked once where it lies", () =>
  withHub({}, async (hub) => {
    const source = await openSource(await first(`hf://${set}/data/large.parquet`, { env: hub.env }), { env: hub.env });
    hub.requests.length = 0;
    for (const start of [large.length - 8, large.length - 1_000, 4]) await source.slice?.(start, start + 8);
    assert.equal(
      hub.requests.reduce((sum, { sent }) => sum + sent, 0),
      24,
    );
    assert.deepEqual(
      hub.requests.map(({ host }) => host),
      ["hub", "cdn", "cdn", "cdn"],
    );
    const many = await Promise.all([1, 2, 3, 4].map((i) => source.slice?.(i * 9, i * 9 + 4)));
    assert.deepEqual(
      many.map((one) => Buffer.from(one ?? [])),
      [1, 2, 3, 4].map((i) => large.subarray(i * 9, i * 9 + 4)),
    );
    hub.requests.length = 4;
    // The signed link expires; the Hub gives a new one.
    hub.faults.generation = 1;
    assert.deepEqual(Buffer.from((await source.slice?.(0, 4)) ?? []), large.subarray(0, 4));
    assert.deepEqual(
      hub.requests.slice(4).map(({ host }) => host),
      ["cdn", "hub", "cdn"],
    );
  }));

test("the token goes to the Hub and never to the host it redirects to", () =>
  withHub({ repos: { [set]: { files, gated: true } } }, async (hub) => {
    await assert.rejects(all([`hf://${set}`], { env: hub.env }), refusedWith(/gated\. Accept its terms .* HF_TOKEN/));
    const env = { ...hub.env, HF_TOKEN: "hf_fake" };
    const ref = await first(`hf://${set}/data/large.parquet`, { env });
    assert.ok(!JSON.stringify(ref).includes("hf_fake"), "no secret in a reference");
    hub.requests.length = 0;
    assert.deepEqual(await bytesOf(await openSource(ref, { env })), large);
    assert.deepEqual(
      hub.requests.map(({ host, authorization }) => `${host} ${authorization}`),
      ["hub Bearer hf_fake", "cdn undefined"],
    );
    // A reference that names another host gets nothing.
    const foreign = {
      ...ref,
      location: { ...ref.location, url: `${hub.cdnUrl}/0/${ref.declared?.sha256}` },
    } as ArtifactRef;
    hub.requests.length = 0;
    await bytesOf(await openSource(foreign, { env }));
    assert.deepEqual(
      hub.requests.map(({ authorization }) => authorization),
      [undefined],
    );
  }));

test("a refusal says what to do", () =>
  withHub({ repos: { [set]: { files }, "datasets/acme/secret": { files, private: true } } }, async (hub) => {
    const env = hub.env;
    const withToken = { ...env, HF_TOKEN: "hf_fake" };
    await assert.rejects(all(["hf://datasets/acme/none"], { env }), refusedWith(/not found, or not public.*HF_TOKEN/));
    await assert.rejects(all(["hf://datasets/acme/none"], { env: withToken }), refusedWith(/no such repository/));
    await assert.rejects(
      all([`hf://${set}`], { env: { ...env, HF_TOKEN: "hf_wrong" } }),
      refusedWith(/token in HF_TOKEN was not accepted/),
    );
    await assert.rejects(all([`hf://${set}@nowhere`], { env }), refusedWith(/no such revision/));
    await assert.rejects(all([`hf://${set}/no/such.csv`], { env }), refusedWith(/no such file or folder/));
    assert.equal(refs(await all(["hf://datasets/acme/secret"], { env: withToken })).length, 4);
    await assert.rejects(
      all([`hf://${set}`], { env: { ...env, HF_TOKEN: "hf_a\nX-Evil: 1" } }),
      refusedWith(/characters that no token has/),
    );
    await assert.rejects(
      all([`hf://${set}`], { env: { HF_ENDPOINT: "http://hub.example.com" }, signal: AbortSignal.abort() }),
    );
  }));

test("revisions, folders, models, spaces and page addresses", () =>
  withHub(
    {
      repos: {
        [set]: { files },
        "acme/net": { files: { "config.json": "{}" } },
        "spaces/acme/app": { files: { "app.py": "" } },
      },
    },
    async (hub) => {
      const env = hub.env;
      const pull = hub.push(set, { "x/a.csv": "1", "x/b.csv": "2", "y.csv": "3" }, "refs/pr/1");
      hub.push(set, { "z.csv": "1" }, "feature/x");
      const names = async (target: string): Promise<string[]> =>
        refs(await all([target], { env })).map(({ name }) => name);
      assert.deepEqual(await names(`hf://${set}@refs/pr/1/x`), ["x/a.csv", "x/b.csv"]);
      assert.deepEqual(await names(`hf://${set}@refs%2Fpr%2F1/x/a.csv`), ["x/a.csv"]);
      assert.deepEqual(await names(`hf://${set}@${pull}`), ["x/a.csv", "x/b.csv", "y.csv"]);
      assert.deepEqual(await names(`hf://${set}@feature%2Fx`), ["z.csv"]);
      assert.deepEqual(await names("hf://acme/net"), ["config.json"]);
      assert.deepEqual(await names("hf://spaces/acme/app"), ["app.py"]);
      assert.deepEqual(await names(`${hub.url}/${set}/tree/refs%2Fpr%2F1/x`), ["x/a.csv", "x/b.csv"]);
      assert.deepEqual(await names(`https://huggingface.co/${set}/blob/feature%2Fx/z.csv`), ["z.csv"]);
      assert.deepEqual(await names("https://huggingface.co/acme/net"), ["config.json"]);
      for (const bad of ["hf://", "hf://datasets/..", "hf://a/../b", `hf://${set}/../x`, "hf://a b/c", "s3://a/b"]) {
        await assert.rejects(
          all([bad], { env }),
          (error: unknown) => error instanceof ToolError && error.code === "usage",
          bad,
        );
      }
    },
  ));

test("a moved repository is followed and said so", () =>
  withHub({ repos: { [set]: { files }, "datasets/old/notes": { files: {}, movedTo: "acme/notes" } } }, async (hub) => {
    const found = await all(["hf://datasets/old/notes"], { env: hub.env });
    assert.match(JSON.stringify(found[0]), /moved to ‹acme\/notes›/);
    assert.equal(refs(found).length, 4);
  }));

test("a listing is paged, and bounded", () =>
  withHub(
    {
      repos: { [set]: { files: Object.fromEntries(Array.from({ length: 95 }, (_, i) => [`f${i}`, "x"])) } },
      pageSize: 10,
    },
    async (hub) => {
      assert.equal(refs(await all([`hf://${set}`], { env: hub.env })).length, 95);
      const cut = await all([`hf://${set}`], { env: hub.env, limits: { ...LIMITS, filesMax: 30 } });
      assert.equal(refs(cut).length, 30);
      assert.match(JSON.stringify(cut.at(-1)), /"code":"limit".*filesMax/);
      // A mirror that leaves the next page's address as it was would lead around itself.
      hub.faults.nextPageHost = "https://hub.example.com";
      await assert.rejects(all([`hf://${set}`], { env: hub.env }), refusedWith(/not the Hub that was asked/));
    },
  ));

test("what is flaky is tried again, and what breaks off is taken up where it broke", () =>
  withHub({}, async (hub) => {
    const settings = { env: hub.env, backoffMs: 1 };
    hub.faults.unavailable = 3;
    const ref = await first(`hf://${set}/data/large.parquet`, settings);
    Object.assign(hub.faults, { unavailable: 2, drops: 3, dropAfterBytes: 70_000 });
    hub.requests.length = 0;
    const source = await openSource(ref, settings);
    assert.deepEqual(await bytesOf(source), large);
    assert.ok(
      hub.requests.reduce((sum, { sent }) => sum + sent, 0) < large.length + 70_000,
      "nothing is fetched twice",
    );
    assert.ok(hub.requests.filter(({ range }) => range !== undefined).length >= 3);
    Object.assign(hub.faults, { drops: 1_000, dropAfterBytes: 10 });
    await assert.rejects(bytesOf(source), (error: unknown) => problemOf(error)?.code === "unreadable");
    hub.faults.unavailable = 1_000;
    await assert.rejects(all([`hf://${set}`], settings), refusedWith(/HTTP 503/));
  }));

test("a file that changes between two ranges is not read on", () =>
  withHub({}, async (hub) => {
    const settings = { env: hub.env, backoffMs: 1 };
    const source = await openSource(await first(`hf://${set}/README.md`, settings), settings);
    await source.slice?.(0, 4);
    hub.faults.etag = "another";
    await assert.rejects(async () => source.slice?.(4, 8), refusedWith(/changed while it was read/));
    hub.faults.etag = undefined;
    const other = await first(`hf://${set}/README.md`, settings);
    hub.push(set, { "README.md": files["README.md"], more: "" });
    const moved = {
      ...other,
      location: { ...other.location, url: `${hub.url}/${set}/resolve/main/README.md` },
    } as ArtifactRef;
    await assert.rejects(
      async () => bytesOf(await openSource(moved, settings)),
      refusedWith(/changed/),
      "another commit than the one listed",
    );
    const resized = await first(`hf://${set}/README.md`, settings);
    const wrong = { ...resized, location: { ...resized.location, sizeBytes: 9 } } as ArtifactRef;
    await assert.rejects(async () => bytesOf(await openSource(wrong, settings)), refusedWith(/changed/));
  }));

test("redirects do not lead to private addresses, other schemes or for ever", () =>
  withHub({}, async (hub) => {
    const settings = { env: hub.env, backoffMs: 1 };
    const source = await openSource(await first(`hf://${set}/README.md`, settings), settings);
    const { port } = new URL(hub.url);
    const cases: readonly (readonly [string, RegExp])[] = [
      ["https://169.254.169.254/latest/meta-data/", /link-local address/],
      ["https://10.1.2.3/", /private address/],
      ["https://[::ffff:192.168.0.1]/", /private address/],
      ["file:///etc/passwd", /only https is followed/],
      ["http://example.com/", /only https is followed/],
      ["data:text/plain,x", /only https is followed/],
      [`http://127.0.0.1:${port}/${set}/resolve/main/README.md`, /redirects more than/],
    ];
    for (const [to, words] of cases) {
      hub.faults.redirectTo = to;
      await assert.rejects(bytesOf(source), refusedWith(words), to);
    }
  }));

test("an https file: size, ranges, validator; a server without ranges is read forward", () =>
  withHub({}, async (hub) => {
    const settings = { env: {}, backoffMs: 1 };
    const target = `${hub.cdnUrl}/0/${createHash("sha256").update(large).digest("hex")}`;
    // This host's validator changes each time, as of a file that does.
    const ref = await first(`${target}?signature=abc`, settings);
    assert.equal(ref.uri, `${target}?…`);
    assert.equal(ref.sizeBytes, large.length);
    await assert.rejects(async () => bytesOf(await openSource(ref, settings)), refusedWith(/changed/));
    hub.faults.etag = "same";
    const steady = await openSource(await first(target, settings), settings);
    assert.deepEqual(Buffer.from((await steady.slice?.(7, 9)) ?? []), large.subarray(7, 9));
    hub.faults.ignoreRanges = true;
    const forward = await openSource(await first(target, settings), settings);
    assert.equal(forward.slice, undefined);
    assert.deepEqual(await bytesOf(forward, 5, 9), large);
    await assert.rejects(async () => steady.slice?.(7, 9), refusedWith(/ignores byte ranges/));
    await assert.rejects(all(["http://example.com/x.json"], settings), refusedWith(/plain http/));
    await assert.rejects(all(["https://user:word@example.com/x.json"], settings), refusedWith(/password in a URL/));
  }));

test("a file of unknown length is read to its end, an empty one is empty", async () => {
  const server = http.createServer((request, response) => {
    if (request.url === "/empty") response.end();
    else if (request.url === "/hostile") {
      response.setHeader("content-range", "bytes 0-0/99999999999999999999999");
      response.writeHead(206).end("x");
    } else {
      response.write("one ");
      setTimeout(() => response.end("two"), 5);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const chunked = await openSource(await first(`${url}/chunked`, { env: {} }), { env: {} });
    assert.equal(chunked.sizeBytes, undefined);
    assert.equal((await bytesOf(chunked)).toString(), "one two");
    const empty = await openSource(await first(`${url}/empty`, { env: {} }), { env: {} });
    assert.equal((await bytesOf(empty)).length, 0);
    assert.equal((await first(`${url}/hostile`, { env: {} })).sizeBytes, undefined);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("nobody listening is said at once; a proxy is used where the environment names one", async () => {
  const server = http.createServer((request, response) => response.end(`through the proxy: ${request.url}`));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const settings = { env: { HTTP_PROXY: proxy, http_proxy: proxy }, allowHttp: true };
    const source = await openSource(await first("http://data.example.com/x.json", settings), settings);
    assert.match((await bytesOf(source)).toString(), /^through the proxy: .*data\.example\.com\/x\.json/);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  const began = performance.now();
  await assert.rejects(
    all([`${proxy}/x.json`], { env: {}, backoffMs: 5_000 }),
    refusedWith(/ECONNREFUSED.*Check the address/),
  );
  assert.ok(performance.now() - began < 4_000);
});

test("what does not speak the Hub's language is named", async () => {
  const server = http.createServer((_, response) => response.end("<html>hello</html>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    await assert.rejects(all([`hf://${set}`], { env: { HF_ENDPOINT: endpoint } }), refusedWith(/Check HF_ENDPOINT/));
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
