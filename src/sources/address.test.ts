import { test } from "node:test";
import assert from "node:assert/strict";
import { AddressRefused, checkHost, guardedLookup, isLoopbackHost, reachOf } from "./address.ts";

test("an address's network is known in every notation", () => {
  const expected = {
    loopback: ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"],
    "link-local": ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254"],
    private: [
      "10.0.0.1",
      "172.31.0.1",
      "192.168.1.1",
      "100.64.0.1",
      "0.0.0.0",
      "::",
      "fd00::1",
      "64:ff9b::a00:1",
      "2002:7f00:1::",
      "255.255.255.255",
    ],
    public: ["8.8.8.8", "172.32.0.1", "2001:4860::8888", "::ffff:8.8.8.8"],
  };
  for (const [reach, addresses] of Object.entries(expected)) {
    for (const address of addresses) assert.equal(reachOf(address), reach, address);
  }
});

test("a redirect reaches public addresses and the network it began in", () => {
  assert.throws(() => checkHost("127.0.0.1", "public"), AddressRefused);
  assert.throws(() => checkHost("[::1]", "private"), AddressRefused);
  assert.throws(() => checkHost("169.254.169.254", "loopback"), AddressRefused);
  checkHost("10.0.0.1", "private");
  checkHost("8.8.8.8", "private");
  checkHost("example.com", "public");
  assert.deepEqual(
    ["localhost", "a.localhost", "127.1.1.1", "[::1]", "example.com", "localhost.example.com"].map(isLoopbackHost),
    [true, true, true, true, false, false],
  );
});

test("a name that resolves to this machine is refused at the moment of connecting", async () => {
  const lookup = (origin: "public" | "loopback"): Promise<Error | null> =>
    new Promise((resolve) => guardedLookup(origin)("localhost", { all: true }, resolve));
  assert.ok((await lookup("public")) instanceof AddressRefused);
  assert.equal(await lookup("loopback"), null);
});
