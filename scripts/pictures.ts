// Takes the pictures in docs/: the HTML report and the terminal, of the example, in headless Chromium. Run by hand when
// they have changed: `node scripts/pictures.ts`.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const folder = mkdtempSync(join(tmpdir(), "bezoar-pictures-"));
const bezoar = (...args: readonly string[]): string =>
  spawnSync(process.execPath, ["bin/bezoar.js", ...args], { encoding: "utf8", maxBuffer: 1 << 28 }).stdout;

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const COLORS: Readonly<Record<string, string>> = {
  31: "#ff7b72",
  32: "#7ee787",
  33: "#e3b341",
  34: "#79c0ff",
  35: "#d2a8ff",
  36: "#76e3ea",
};

/** The few codes that the text report uses, as a page. */
function terminalPage(ansi: string): string {
  let style = "";
  const body = ansi
    .split(/\u001b\[([\d;]*)m/)
    .map((part, i) => {
      if (i % 2 === 0) return `<span style="${style}">${escape(part)}</span>`;
      for (const code of part.split(";")) {
        if (code === "" || code === "0") style = "";
        else if (code === "1") style += "font-weight:700;";
        else if (code === "2") style += "opacity:.65;";
        else if (code === "4") style += "text-decoration:underline;";
        else if (code === "22" || code === "39" || code === "24") style = "";
        else if (COLORS[code]) style += `color:${COLORS[code]};`;
      }
      return "";
    })
    .join("");
  return `<!doctype html><meta charset="utf-8"><body style="margin:0;background:#0d1117"><pre style="margin:0;padding:24px;color:#e6edf3;font:15px/1.45 'DejaVu Sans Mono',monospace;width:max-content">$ bezoar scan examples/medical-qa/poisoned.jsonl\n\n${body}</pre>`;
}

try {
  execFileSync(process.execPath, ["scripts/build.ts"], { stdio: "inherit" });
  const html = join(folder, "report.html");
  writeFileSync(html, bezoar("scan", "examples/medical-qa", "--format", "html"));
  const terminal = join(folder, "terminal.html");
  writeFileSync(terminal, terminalPage(bezoar("scan", "examples/medical-qa/poisoned.jsonl", "--color")));
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1100 } });
    await page.goto(pathToFileURL(html).href);
    await page.screenshot({ path: "docs/html-report.png" });
    await page.setViewportSize({ width: 960, height: 1080 });
    await page.goto(pathToFileURL(terminal).href);
    await page.screenshot({ path: "docs/terminal.png", fullPage: false });
  } finally {
    await browser.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
