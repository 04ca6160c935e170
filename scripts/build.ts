// Builds dist/: one module for each entry and a shared one for what is loaded on demand, because two hundred small ones
// would cost a quick scan more than the scan; and the types of the library.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
await build({
  entryPoints: ["src/index.ts", "src/cli/main.ts", "src/cli/worker.ts", "src/cli/concluder.ts"],
  outdir: "dist",
  outbase: "src",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22.22",
  packages: "external",
  legalComments: "none",
  chunkNames: "chunks/[name]-[hash]",
});
execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
