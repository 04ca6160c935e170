// A folder of a test's own, removed at its end, with the command line run in it.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after } from "node:test";

export interface WorkFolder {
  readonly root: string;
  readonly bezoar: (
    args: readonly string[],
  ) => Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }>;
  readonly write: (name: string, content: string) => void;
}

export function workFolder(prefix: string): WorkFolder {
  const root = mkdtempSync(join(tmpdir(), prefix));
  const main = resolve("src/cli/main.ts");
  after(() => rmSync(root, { recursive: true, force: true }));
  return {
    root,
    bezoar: (args) =>
      new Promise((done) => {
        execFile(process.execPath, [main, ...args], { cwd: root, maxBuffer: 1 << 28 }, (error, stdout, stderr) =>
          done({ status: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
        );
      }),
    write: (name, content) => {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), content);
    },
  };
}
