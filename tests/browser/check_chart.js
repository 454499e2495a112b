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
  async "hover shows a card with value, interval, method and source"(url) {
    const page = await open(url);
    await named(page, "AlexNet").locator("circle").hover();
    await card(page).waitFor({ state: "visible" });
    const text = await card(page).innerText();
    for (const part of ["AlexNet", "2012-09-30", "0.0058", "0.0029 to 0.0116", "hardware", "AI and Compute"]) assert.ok(text.includes(part), `${part} in ${text}`);
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
    const text = await card(page).innerText();
    for (const part of ["AlexNet", "0.0058", "0.0029 to 0.0116", "hardware", "AI and Compute"]) assert.ok(text.includes(part), `${part} in ${text}`);
    await page.keyboard.press("ArrowLeft");
    assert.match(await focused(), /^Dropout/);
    await page.keyboard.press("End");
    assert.match(await focused(), /^AlphaZero/);
    await page.keyboard.press("ArrowUp");
    assert.match(await focused(), /^AlphaGo Zero \(implied\)/);
    await page.keyboard.press("ArrowDown");
    assert.match(await focused(), /^AlphaZero/);
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

  async "keys zoom about the chosen point, and enlarge"(url) {
    const page = await open(url);
    const place = () => named(page, "VGG").evaluate((point) => point.getAttribute("transform"));
    await named(page, "VGG").focus();
    const before = await place();
    await page.keyboard.press("+");
    assert.match(await view(page), /^matrix\(1\.5 /);
    assert.equal(await place(), before);
    await page.keyboard.press("-");
    assert.equal(await view(page), "matrix(1 0 0 1 0 0)");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("#figure.large").count(), 1);
    await page.keyboard.press("Escape");
    assert.ok(await card(page).isHidden());
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#figure.large").count(), 0);
  },

  async "labels of lines stay at their lines when the view is closer"(url) {
    const page = await open(url);
    for (let i = 0; i < 3; ++i) await page.getByRole("button", { name: "Zoom in" }).click();
    const gap = await page.evaluate(() => {
      const tag = [...document.querySelectorAll(".tag")].find((one) => one.textContent.startsWith("doubles every"));
      const { e: x, f: y } = tag.getCTM();
      const line = document.querySelector('.world path[stroke-width="2"]'), matrix = line.getCTM();
      const [from, to] = [0, line.getTotalLength()].map((at) => line.getPointAtLength(at).matrixTransform(matrix));
      return Math.abs((to.y - from.y) * x - (to.x - from.x) * y + to.x * from.y - to.y * from.x) / Math.hypot(to.x - from.x, to.y - from.y);
    });
    assert.ok(gap < 1, `${gap} pixels from the line`);
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
    const svg = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(svg, /^<svg .*<\/svg>$/s);
    const errors = await page.evaluate((text) => new DOMParser().parseFromString(text, "image/svg+xml").querySelectorAll("parsererror").length, svg);
    assert.equal(errors, 0);
    await copied("PNG");
    const size = await page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const { width, height } = await createImageBitmap(await item.getType("image/png"));
      return [width, height];
    });
    assert.deepEqual(size, [1920, 1280]);
  },

  async "the policy lets nothing in or out"(url) {
    const page = await open(url);
    const stopped = [];  // a request that the policy stops is seen, and then fails so
    page.on("requestfailed", (request) => request.failure().errorText === "csp" && stopped.push(`request: ${request.url()}`));
    const blocked = await page.evaluate(async () => {
      const found = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => found.push(effectiveDirective));
      await fetch("https://example.com/").catch(() => {});
      document.body.append(Object.assign(document.createElement("script"), { textContent: "window.intruder = true" }));
      document.body.append(Object.assign(new Image(), { src: "https://example.com/x.png" }));
      document.body.append(Object.assign(document.createElement("iframe"), { src: "https://example.com/" }));
      await new Promise((done) => setTimeout(done, 200));
      return { directives: [...new Set(found)].sort(), intruder: window.intruder ?? false };
    });
    assert.deepEqual(blocked, { directives: ["connect-src", "frame-src", "img-src", "script-src-elem"], intruder: false });
    const isExpected = (fault) => stopped.includes(fault) || /^console: .*(Content Security Policy|Framing)/.test(fault);
    const others = faults.splice(0).filter((fault) => !isExpected(fault));
    assert.deepEqual(others, []);
  },

  async "without a script the picture and the table remain"(url) {
    const page = await open(url, { javaScriptEnabled: false });
    assert.ok(await page.locator("svg").isVisible());
    await page.locator("summary").click();
    assert.ok(await page.locator("tbody tr").first().isVisible());
  },

  async "the chart of 2019, on narrow and wide screens"() {
    const address = plot("2019", "--set", "2019-chart", "--split", "2012-06-01");
    for (const width of [360, 1600]) {
      const page = await open(address, { viewport: { width, height: 800 } });
      assert.equal(await page.locator(".point").count(), 24);
      await page.locator(".point").nth(12).focus();
      const { x, width: wide } = await card(page).boundingBox();
      assert.ok(x >= 0 && x + wide <= width, `the card from ${x} to ${x + wide}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, "scrolls sideways");
    }
  },

  async "axe finds nothing"(url) {
    for (const address of [url, ...["dark", "print"].map((theme) => plot(theme, "--theme", theme, "--highlight", "Google"))]) {
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
  const url = plot("light", "--whiskers", "2");
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test(url);
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
