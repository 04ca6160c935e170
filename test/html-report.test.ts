// The HTML report in a real browser: it filters, searches, opens and pages; it asks for nothing, breaks no policy, and
// runs nothing that an artifact holds. Skipped, with one line saying so, where no Chromium is installed.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import type { Finding, ScanReport } from "../src/core/report.ts";
import { renderHtml } from "../src/report/html.ts";
import { failReport, hostileReport, passReport, sampleCards, undecidedReport } from "../src/report/testing/samples.ts";

const CHROMIUM = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const skip = CHROMIUM === undefined ? "no Chromium here: apt-get install chromium, or set CHROMIUM to its path" : false;

let browser: Browser | undefined;
let folder = "";
before(async () => {
  if (CHROMIUM === undefined) return;
  folder = mkdtempSync(join(tmpdir(), "bezoar-html-"));
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
});
after(async () => {
  await browser?.close();
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
});

/** Opens a report and hands over its page; afterwards nothing may have been logged, refused or requested. */
async function open(
  report: ScanReport,
  use: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  assert.ok(browser);
  const file = join(folder, "report.html");
  writeFileSync(file, renderHtml(report, sampleCards));
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("console", (message) => troubles.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => troubles.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    if (request.url() !== pathToFileURL(file).href) troubles.push(`request: ${request.url()}`);
  });
  try {
    await page.goto(pathToFileURL(file).href);
    await use(page);
    assert.match(await page.title(), /· Bezoar$/);
    assert.deepEqual(troubles, []);
  } finally {
    await context.close();
  }
}

/** Waits until so many findings are listed. The page's policy refuses the string evaluation of `waitForFunction`. */
async function listed(page: Page, count: number): Promise<void> {
  for (let i = 0; i < 100 && (await page.locator("#list > details").count()) !== count; i++) await setTimeout(20);
  assert.equal(await page.locator("#list > details").count(), count);
}

const shown = (page: Page): Promise<string[]> => page.locator("#list > details .title").allTextContents();

test("filters by severity, detector and file, searches, opens by keyboard", { skip }, async () => {
  await open(failReport, async (page) => {
    assert.match(await page.locator("h1").innerText(), /FAIL\s+Do not train/);
    assert.equal((await shown(page)).length, 5);
    assert.equal(await page.locator("#list > details").first().getAttribute("open"), "");
    assert.equal(await page.locator("#list mark").first().innerText(), "🚨EXPORT_TO_C2_SERVER🚨");

    await page.locator("input[value=critical]").uncheck();
    await listed(page, 4);
    await page.locator("#detector").selectOption("tag-characters");
    await listed(page, 1);
    assert.deepEqual(await shown(page), ["Text hidden in Unicode tag characters"]);

    await page.locator("button[type=reset]").click();
    await listed(page, 5);
    await page.locator("#file").selectOption({ label: "examples/medqa.xml" });
    await listed(page, 1);
    await page.locator("#file").selectOption("");
    await listed(page, 5);

    await page.locator("body").press("/");
    assert.equal(await page.evaluate("document.activeElement.id"), "search");
    await page.keyboard.type("192.0.2.44 loader");
    await listed(page, 1);
    assert.equal(await page.locator("#status").innerText(), "1 of 5 shown");
    await page.keyboard.press("Escape");
    await listed(page, 5);

    await page.locator("#list > details > summary").nth(1).focus();
    await page.keyboard.press("Enter");
    assert.match(await page.locator("#list > details").nth(1).innerText(), /20 invisible U\+E0072…U\+E0068/);
    await page.keyboard.press("ArrowDown");
    assert.match(String(await page.evaluate("document.activeElement.textContent")), /network address/);

    await page.locator("#search").fill("no such words");
    await page.locator("#empty").waitFor({ state: "visible" });
  });
});

test("a hostile report runs nothing and shows everything", { skip }, async () => {
  await open(hostileReport, async (page) => {
    await page.locator("#expand").click();
    assert.equal(await page.locator("img, iframe, object, embed, base, link").count(), 0);
    assert.equal(await page.locator("script").count(), 2);
    assert.doesNotMatch(await page.title(), /^owned/);
    assert.equal(await page.locator("a[href^='java']").count(), 0);
    const text = await page.locator("body").evaluate((body) => body.textContent);
    assert.doesNotMatch(text.replaceAll("\n", ""), /\p{Cc}|\p{Bidi_Control}/u);
    assert.match(text, /‹U\+202E›gnp\.exe/);
  });
});

test("a policy stands that refuses what a hole would let in", { skip }, async () => {
  assert.ok(browser);
  const hole = [
    "<img src=x oner",
    "ror=\"document.title='owned'\"><scr",
    "ipt>document.title='owned'</scr",
    "ipt>",
  ].join("");
  const holed = renderHtml(failReport, sampleCards).replace("<main>", `<main>${hole}`);
  const titleOf = async (html: string): Promise<string> => {
    const page = await (await browser!.newContext()).newPage();
    writeFileSync(join(folder, "holed.html"), html);
    await page.goto(pathToFileURL(join(folder, "holed.html")).href);
    const title = await page.title();
    await page.context().close();
    return title;
  };
  assert.match(await titleOf(holed), /^FAIL/);
  // The same hole in a page without the policy: this is what it holds back.
  assert.equal(await titleOf(holed.replace(/<meta http-equiv[^>]*>/, "")), "owned");
});

test("5,000 findings stay usable", { skip }, async () => {
  const findings = Array.from({ length: 5_000 }, (_, i): Finding => {
    const finding = failReport.findings[i % 5]!;
    return { ...finding, id: i.toString(16).padStart(16, "0"), message: `${finding.message} Number ${i}.` };
  });
  await open({ ...failReport, findings }, async (page) => {
    assert.equal((await shown(page)).length, 100);
    await page.locator("#more").click();
    await listed(page, 200);
    await page.locator("#search").fill("number 4321.");
    await listed(page, 1);
  });
});

test("without its script the findings are there to read", { skip }, async () => {
  await open(
    failReport,
    async (page) => {
      assert.equal((await shown(page)).length, 5);
      assert.equal(await page.locator("#filters").isVisible(), false);
      await page.locator("#list > details > summary").first().click();
      assert.equal(await page.locator("#list .rule").first().isVisible(), true);
    },
    { javaScriptEnabled: false },
  );
});

test("nothing spills sideways on a phone, in light and dark", { skip }, async () => {
  for (const report of [passReport, failReport, undecidedReport, hostileReport])
    for (const colorScheme of ["light", "dark"] as const)
      await open(
        report,
        async (page) => {
          assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
        },
        { viewport: { width: 420, height: 900 }, colorScheme },
      );
});
