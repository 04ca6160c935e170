import assert from "node:assert/strict";
import { test } from "node:test";
import {
  EMPTY_ROOT,
  consistencyProof,
  inclusionProof,
  leafHash,
  MerkleFold,
  nodeHash,
  provesConsistency,
  provesInclusion,
  treeRoot,
  type ReadHash,
} from "./merkle.ts";

/** The leaves of the reference tests of RFC 6962, and the roots that its implementations publish for them. */
const LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

function grown(leaves: readonly Uint8Array[]): { fold: MerkleFold; read: ReadHash; roots: Buffer[] } {
  const nodes = new Map<string, Uint8Array>();
  const fold = new MerkleFold();
  const roots: Buffer[] = [fold.root()];
  for (const leaf of leaves) {
    fold.push(leaf, (level, index, hash) => nodes.set(`${level}/${index}`, hash));
    roots.push(fold.root());
  }
  const read: ReadHash = (level, index) => {
    const hash = nodes.get(`${level}/${index}`);
    assert.ok(hash, `${level}/${index} is not complete`);
    return hash;
  };
  return { fold, read, roots };
}

test("roots are those of RFC 6962's reference trees", () => {
  const { roots } = grown(LEAVES.map((hex) => leafHash(Buffer.from(hex, "hex"))));
  assert.deepEqual(roots[0], EMPTY_ROOT);
  assert.deepEqual(
    roots.slice(1).map((root) => root.toString("hex")),
    ROOTS,
  );
});

test("every leaf and every older tree is proven, for all sizes up to 70", () => {
  const leaves = Array.from({ length: 70 }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)));
  const { read, roots } = grown(leaves);
  for (let size = 1; size <= leaves.length; size++) {
    const root = roots[size] as Buffer;
    assert.deepEqual(Buffer.from(treeRoot(size, read)), root);
    for (let i = 0; i < size; i++) {
      const proof = inclusionProof(i, size, read);
      assert.ok(provesInclusion(proof, leaves[i] as Buffer, i, size, root), `${i} of ${size}`);
      assert.ok(!provesInclusion(proof, leaves[(i + 1) % 70] as Buffer, i, size, root));
      if (size > 1) assert.ok(!provesInclusion(proof, leaves[i] as Buffer, (i + 1) % size, size, root));
      if (proof.length > 0) {
        assert.ok(!provesInclusion(proof.slice(1), leaves[i] as Buffer, i, size, root));
        assert.ok(!provesInclusion([...proof, root], leaves[i] as Buffer, i, size, root));
      }
    }
    for (let older = 1; older <= size; older++) {
      const proof = consistencyProof(older, size, read);
      const before = roots[older] as Buffer;
      assert.ok(provesConsistency(proof, older, before, size, root), `${older} in ${size}`);
      const forked = nodeHash(before, before);
      assert.ok(!provesConsistency(proof, older, forked, size, root));
      assert.ok(!provesConsistency(proof, older, before, size, forked));
      if (proof.length > 0) assert.ok(!provesConsistency(proof.slice(0, -1), older, before, size, root));
    }
  }
  assert.ok(provesConsistency([], 0, EMPTY_ROOT, 5, roots[5] as Buffer));
  assert.ok(!provesConsistency([], 3, roots[3] as Buffer, 2, roots[2] as Buffer));
  assert.ok(!provesInclusion([], leaves[0] as Buffer, -1, 1, roots[1] as Buffer));
  assert.ok(!provesInclusion([], leaves[0] as Buffer, 0.5, 1, roots[1] as Buffer));
});
