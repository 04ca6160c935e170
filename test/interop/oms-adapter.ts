// The command line that the OMS conformance suite speaks, put on top of ours: `sign-model` and `verify-model` with its
// flags (conformance_adapter_cli_protocol.md); only the exit code matters.
import { relative } from "node:path";
import { parseArgs } from "node:util";
import { main } from "../../src/cli/main.ts";

const text = { type: "string" } as const;
const texts = { type: "string", multiple: true } as const;
const { positionals, values } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    method: text,
    "model-path": text,
    "output-bundle": text,
    bundle: text,
    "private-key": text,
    "signing-cert": text,
    "cert-chain": texts,
    "public-key": text,
    "ignore-paths": texts,
    "ignore-unsigned-files": { type: "boolean" },
    identity: text,
    "identity-provider": text,
    "trust-config": text,
  },
});
const one = (name: string): string => String(values[name] ?? "");
const many = (name: string): string[] => (values[name] as string[] | undefined) ?? [];
const model = one("model-path");
const each = (flag: string, list: readonly string[]): string[] => list.flatMap((value) => [flag, value]);
const inside = (path: string): string => relative(model, path);

const signing = (): string[] => [
  ...["sign", model, "--signature", one("output-bundle"), "--key", one("private-key")],
  ...(one("method") === "certificate"
    ? ["--certificate", one("signing-cert"), ...each("--chain", many("cert-chain"))]
    : []),
  ...each("--ignore", many("ignore-paths").map(inside)),
];
const trust = (): string[] => {
  if (one("method") === "key") return ["--public-key", one("public-key")];
  if (one("method") === "certificate") return each("--roots", many("cert-chain"));
  const root = one("trust-config");
  return [
    "--identity",
    one("identity"),
    "--issuer",
    one("identity-provider"),
    ...(root ? ["--trusted-root", root] : []),
  ];
};
const verifying = (): string[] => [
  ...["verify", model, "--signature", one("bundle"), ...trust()],
  ...(one("method") === "sigstore" ? [] : ["--legacy"]),
  ...each("--allow-ignored", many("ignore-paths").map(inside)),
  ...(values["ignore-unsigned-files"] ? ["--allow-unsigned"] : []),
];

process.exitCode = await main(positionals[0] === "sign-model" ? signing() : verifying());
