#!/usr/bin/env node
// Starts the command line. It is plain JavaScript that any Node since 14 parses, so that an old one gets a sentence and
// not a stack trace. In a checkout, where the right Node is a development dependency, an old one hands over to it.
import { createRequire } from "module";

const [major, minor, patch] = process.versions.node.split(".").map(Number);
const atLeast = (m, p) => minor > m || (minor === m && patch >= p);
const fits = (major === 22 && atLeast(22, 2)) || (major === 24 && atLeast(15, 0)) || major >= 26;

if (fits) {
  // Compiled code is kept from run to run: a quick scan would spend a good part of its time compiling. In the user's own
  // folder, where nobody else can put code; NODE_DISABLE_COMPILE_CACHE=1 turns it off.
  const { enableCompileCache } = await import("module");
  const { homedir } = await import("os");
  const { join } = await import("path");
  enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "bezoar"));
  await import("../dist/cli/main.js");
} else {
  const require = createRequire(import.meta.url);
  let other;
  try {
    other = require.resolve("node/bin/node");
  } catch {
    other = undefined;
  }
  if (other === undefined || process.env.BEZOAR_HANDED_OVER) {
    console.error(
      `bezoar needs Node 22.22.2, 24.15 or 26 and later; this is ${process.versions.node}. Install a current Node and run it again.`,
    );
    process.exitCode = 2;
  } else {
    const { spawnSync } = require("child_process");
    const { fileURLToPath } = require("url");
    const run = spawnSync(other, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      stdio: "inherit",
      env: { ...process.env, BEZOAR_HANDED_OVER: "1" },
    });
    if (run.signal) process.kill(process.pid, run.signal);
    else process.exitCode = run.status === null ? 2 : run.status;
  }
}
