import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addressesIn, addressKind, dotted, ipv4, urlsIn } from "./address.ts";
import { oneEdit } from "./lookalike-domain.ts";

test("every notation of an IPv4 address is the same number", () => {
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), (value) => {
      const parts = dotted(value).split(".").map(Number);
      const hex = parts.map((n) => `0x${n.toString(16)}`).join(".");
      const octal = parts.map((n) => `0${n.toString(8)}`).join(".");
      for (const form of [dotted(value), String(value), `0x${value.toString(16)}`, hex, octal])
        assert.equal(ipv4(form), value, form);
    }),
  );
});

test("numbers that are no address", () => {
  for (const host of ["256.1.1.1", "1.2.3.4.5", "1.2.3.x", "", "4294967296", "09.1.1.1"])
    assert.equal(ipv4(host), undefined, host);
});

test("ranges that no packet reaches from outside", () => {
  for (const host of [
    "10.0.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "127.0.0.1",
    "::1",
    "fe80::1",
    "fd00::1",
    "224.0.0.1",
  ])
    assert.equal(addressKind(host), "special", host);
  for (const host of ["172.32.0.1", "11.0.0.1", "2600::1"]) assert.equal(addressKind(host), "public", host);
  for (const host of ["192.0.2.1", "2001:db8::1"]) assert.equal(addressKind(host), "documentation", host);
});

test("a URL in running text ends where a reader sees it end", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["see (https://a.test/b).", "a.test", "/b"],
    ["[x](https://a.test/b_(c)) y", "a.test", "/b_(c)"],
    ["https://u:p@a.test:8080?q=1, and", "a.test", "?q=1"],
    ["https://[2001:db8::1]:443/x", "2001:db8::1", "/x"],
    ["去https://a.test/b。再", "a.test", "/b"],
  ];
  for (const [text, host, rest] of cases) {
    const [url] = [...urlsIn(text)];
    assert.deepEqual([url?.host, url?.rest], [host, rest], text);
  }
});

test("versions and longer numbers are not addresses", () => {
  assert.deepEqual([...addressesIn("v1.2.3.4 1.2.3.4.5 01.2.3.4 1.2.3.4-5 999.1.1.1")], []);
  assert.deepEqual(
    [...addressesIn("to 1.2.3.4:80.")].map((a) => [a.host, a.port]),
    [["1.2.3.4", "80"]],
  );
});

test("one edit is a letter changed, added, dropped or two swapped", () => {
  for (const name of ["githob", "githubb", "gthub", "gihtub"]) assert.ok(oneEdit(name, "github"), name);
  for (const name of ["github", "gothob", "hubgit", ""]) assert.ok(!oneEdit(name, "github"), name);
});
