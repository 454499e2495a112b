// Opens the page of a chart in Chromium and uses it as a reader would: node check_chart.js PFSDAY CHROMIUM
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [pfsday, executablePath] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "pfsday-browser-"));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

function plot(name, ...args) {
  const path = join(folder, `${name}.html`);
  execFileSync(pfsday, ["plot", ...args, "-o", path]);
  return pathToFileURL(path).href;
}

/// A table of systems with names that would be markup if anyone let them.
function writeTable(count) {
  const lines = ["name,date,flop"];
  for (let i = 0; i < count; ++i) {
    const day = new Date(Date.UTC(2000, 0, 1 + 9 * i)).toISOString().slice(0, 10);
    lines.push(`<img src=x onerror=alert(${i})>,${day},${10 ** (15 + i / 100 + ((i * 7) % 13) / 4)}`);
  }
  const path = join(folder, `${count}.csv`);
  writeFileSync(path, lines.join("\n"));
  return path;
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const faults = [];

async function open(url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`page: ${error.message}`));
  page.on("request", (request) => /^(file|blob):/.test(request.url()) || faults.push(`request: ${request.url()}`));
  page.on("dialog", (dialog) => { faults.push("a dialog"); dialog.dismiss(); });
  await page.goto(url);
  return page;
}

const card = (page) => page.locator("#card");
const view = (page) => page.evaluate(() => document.querySelector(".world").getAttribute("transform"));
const named = (page, name) => page.locator(".point").filter({ has: page.locator(`text="${name}"`) });

const tests = {
  async "hover shows a card with value, method and source"(url) {
    const page = await open(url);
    await named(page, "AlexNet").locator("circle").hover();
    await card(page).waitFor({ state: "visible" });
    const text = await card(page).innerText();
    for (const part of ["AlexNet", "2012-09-30", "0.0058", "hardware", "AI and Compute"]) assert.ok(text.includes(part), `${part} in ${text}`);
    await page.mouse.move(5, 890);
    await card(page).waitFor({ state: "hidden" });
  },

  async "focus and arrow keys walk the points"(url) {
    const page = await open(url);
    const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
    await page.locator('.point[tabindex="0"]').focus();
    assert.match(await focused(), /^Dropout, Date 2012-07-03/);
    assert.ok(await card(page).isVisible());
    await page.keyboard.press("ArrowRight");
    assert.match(await focused(), /^AlexNet/);
    await page.keyboard.press("End");
    assert.match(await focused(), /^AlphaZero/);
    await page.keyboard.press("ArrowUp");
    assert.match(await focused(), /^AlphaGo Zero \(implied\)/);
    await page.keyboard.press("Home");
    assert.match(await focused(), /^Dropout/);
    await page.keyboard.press("Escape");
    assert.ok(await card(page).isHidden());
    assert.equal(await page.locator('.point[tabindex="0"]').count(), 1);
  },

  async "a click enlarges; wheel and drag move the view; escape goes back"(url) {
    const page = await open(url);
    const before = (await page.locator("#stage svg").boundingBox()).height;
    await page.locator("#stage").click({ position: { x: 300, y: 500 } });
    assert.ok((await page.locator("#figure").getAttribute("class")).includes("large"));
    assert.ok((await page.locator("#stage svg").boundingBox()).height > before);
    await page.mouse.move(600, 450);
    await page.mouse.wheel(0, -600);
    const zoomed = await view(page);
    assert.ok(Number(zoomed.slice(7).split(" ")[0]) > 2, zoomed);
    assert.ok((await page.locator(".ticks").last().locator("text").count()) > 4, "new ticks");
    await page.mouse.down();
    await page.mouse.move(650, 480, { steps: 4 });
    await page.mouse.up();
    assert.notEqual(await view(page), zoomed);
    await page.keyboard.press("0");
    assert.equal(await view(page), "matrix(1 0 0 1 0 0)");
    await page.getByRole("button", { name: "Enlarge" }).focus();
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#figure.large").count(), 0);
  },

  async "the view is in the address"(url) {
    const page = await open(url);
    await page.getByRole("button", { name: "Zoom in" }).click();
    await page.getByRole("button", { name: "Zoom in" }).click();
    await page.locator(".point").nth(4).focus();
    await page.locator("summary").click();
    await page.waitForFunction(() => location.hash.includes("table"));
    const again = await open(page.url());
    const rounded = async (shown) => (await view(shown)).match(/[\d.-]+/g).map((n) => Number(n).toFixed(2));
    assert.deepEqual(await rounded(again), await rounded(page));
    assert.equal(await card(again).locator("strong").innerText(), await card(page).locator("strong").innerText());
    assert.ok(await again.locator("table").isVisible());
  },

  async "the table is the twin of the chart"(url) {
    const page = await open(url);
    await page.locator("summary").click();
    assert.equal(await page.locator("tbody tr").count(), await page.locator(".point").count());
    const row = (await page.locator("tbody tr").nth(1).innerText()).split("\t");
    assert.deepEqual(row.slice(0, 4), ["AlexNet", "2012-09-30", "0.0058", "5.011e17"]);
  },

  async "copies are the picture and the data"(url) {
    const page = await open(url, { permissions: ["clipboard-read", "clipboard-write"] });
    const copied = async (kind) => {
      await page.getByRole("button", { name: `Copy ${kind}` }).click();
      await page.waitForFunction((k) => document.getElementById("status").textContent.startsWith(k), kind);
      assert.equal(await page.locator("#status").innerText(), `${kind} copied`);
    };
    await copied("CSV");
    const csv = execFileSync(pfsday, ["plot", "--whiskers", "2", "--data", "-"], { encoding: "utf8" });
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), csv);
    await copied("SVG");
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^<svg .*<\/svg>$/s);
    await copied("PNG");
    const types = await page.evaluate(async () => (await navigator.clipboard.read())[0].types);
    assert.deepEqual(types, ["image/png"]);
  },

  async "axe finds nothing"(url, dark) {
    for (const address of [url, dark]) {
      const page = await open(address, { bypassCSP: true });
      await page.locator("summary").click();
      await page.locator(".point").nth(2).focus();
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)}`), []);
    }
  },

  async "a thousand points with names like markup"() {
    const page = await open(plot("many", writeTable(1000)));
    assert.equal(await page.locator(".point").count(), 1000);
    assert.equal(await page.locator("img").count(), 0);
    await page.locator('.point[tabindex="0"]').focus();
    for (let i = 0; i < 6; ++i) await page.keyboard.press("+");
    await page.keyboard.press("ArrowRight");
    assert.match(await card(page).locator("strong").innerText(), /^<img src=x/);
    assert.ok((await page.locator(".point text").count()) > 0);
  },
};

let failed = 0;
try {
  const url = plot("light", "--whiskers", "2"), dark = plot("dark", "--theme", "dark");
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test(url, dark);
      assert.deepEqual(faults.splice(0), []);
      console.log(`ok      ${name}`);
    } catch (error) {
      ++failed;
      faults.length = 0;
      console.log(`FAILED  ${name}\n${error.message}`);
    }
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
