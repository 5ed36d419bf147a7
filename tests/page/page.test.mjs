// report.html in a real browser. test_page.py makes the reports, and runs this.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const REAL = pathToFileURL(process.env.REAL_REPORT).href;
const LARGE = pathToFileURL(process.env.LARGE_REPORT).href;
const HOSTILE = pathToFileURL(process.env.HOSTILE_REPORT).href;
const FAILING = process.env.FAILING_CASE;
const PASSING = process.env.PASSING_CASE;
const MEASURING = process.env.MEASURING_CASE;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" });
});
after(() => browser.close());

/// A page that has opened the report, and what it complained of or asked for meanwhile.
async function open(report, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== report.split("#")[0] && !request.url().startsWith("data:")) {
      complaints.push(`asked for ${request.url()}`);
    }
  });
  await page.goto(report);
  return { page, complaints, close: () => context.close() };
}

const shownRows = (page) => page.locator("#case-table tbody tr:visible");
const caseUrl = (id) => `${REAL}#${encodeURI(`case/${id}`)}`;

/// The faults that axe calls serious, in words.
async function seriousFaults(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document));
  return found.violations
    .filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => `${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map((n) => n.html)}`);
}

test("opens from disk, complains of nothing, asks for nothing", async () => {
  const { page, complaints, close } = await open(REAL);
  await page.locator("h1").waitFor();
  assert.match(await page.locator("h1").textContent(), /of \d+ cases failed/);
  assert.ok((await shownRows(page).count()) > 1);
  await page.goto(caseUrl(FAILING));
  await page.locator(".case.shown").waitFor();
  assert.deepEqual(complaints, []);
  await close();
});

test("shows each verdict by its word and its mark", async () => {
  const { page, close } = await open(REAL);
  for (const verdict of ["pass", "warn", "fail", "waived", "skip", "not-run", "blocked", "error"]) {
    const mark = page.locator(`#summary .mark.${verdict}`);
    const box = await mark.boundingBox();
    assert.ok(box.x >= 0 && box.width > 20, verdict);
    const drawn = await mark.evaluate((each) => getComputedStyle(each, "::before").content);
    assert.ok(drawn !== "none", verdict);
  }
  await close();
});

test("filters by verdict, category, requirement and text, and clears", async () => {
  const { page, complaints, close } = await open(REAL);
  const all = await page.locator("#case-table tbody tr").count();
  const verdicts = () => shownRows(page).evaluateAll((rows) => rows.map((row) => row.dataset.v));
  const settled = (count) =>
    page.waitForFunction((wanted) => document.querySelectorAll(
      "#case-table tbody tr:not([hidden])").length === wanted, count);

  await page.getByRole("checkbox", { name: "fail" }).check();
  const failing = await page.locator("#case-table tbody tr[data-v=fail]").count();
  await settled(failing);
  assert.ok(failing > 0 && failing < all);
  assert.deepEqual(new Set(await verdicts()), new Set(["fail"]));
  assert.match(await page.locator("#shown").textContent(), new RegExp(`${failing} of ${all}`));
  await page.getByRole("button", { name: "Clear" }).click();
  await settled(all);

  await page.getByLabel("Category").selectOption("connection");
  const connection = await page.locator("#case-table tr[data-c=connection]").count();
  await settled(connection);
  assert.ok(connection > 0 && connection < all);
  await page.getByRole("button", { name: "Clear" }).click();
  await settled(all);

  const row = page.locator(`#case-table tr:has(a:text-is("${FAILING}"))`);
  const requirement = (await row.getAttribute("data-r")).split(" ")[0];
  await page.getByLabel("Requirement").fill(requirement.toLowerCase());
  const citing = await page.locator(`#case-table tr[data-r~="${requirement}"]`).count();
  await settled(citing);
  assert.ok(citing > 0 && citing < all);
  await page.getByRole("button", { name: "Clear" }).click();
  await settled(all);

  await page.keyboard.press("/");
  await page.keyboard.type(FAILING.toUpperCase());
  await settled(1);
  assert.deepEqual(complaints, []);
  await close();
});

test("follows a link to a failing case, and shows why it failed", async () => {
  const { page, complaints, close } = await open(REAL);
  await page.locator(`#case-table a:text-is("${FAILING}")`).click();
  const part = page.locator(".case.shown");
  await part.waitFor();
  assert.match(page.url(), /#case\//);
  assert.equal(await page.locator("#overview").isVisible(), false);
  for (const name of ["required", "expected", "seen", "where"]) {
    assert.ok(await part.locator(`dt:text-is("${name}")`).isVisible(), name);
  }
  assert.match(await part.locator("code").textContent(), new RegExp(`rpchspec run .*${FAILING}`));
  await page.keyboard.press("Escape");
  await page.locator("#overview").waitFor();
  const focused = () => document.activeElement.textContent;
  assert.equal(await page.evaluate(focused), FAILING);
  assert.deepEqual(complaints, []);
  await close();
});

test("opens a failing case where something was not seen", async () => {
  const { page, close } = await open(caseUrl(FAILING), { viewport: { width: 1000, height: 250 } });
  const ladder = page.locator(".case.shown .ladder");
  await ladder.locator(".unmet .box").first().waitFor();
  const [outer, box] = [await ladder.boundingBox(),
    await ladder.locator(".unmet .box").first().boundingBox()];
  assert.ok(box.y >= outer.y, `${box.y} is above ${outer.y}`);
  assert.ok(box.y + box.height <= outer.y + outer.height, `${box.y} is below the ladder's end`);
  await close();
});

test("draws the ladder, with what was not seen in its place", async () => {
  const { page, complaints, close } = await open(caseUrl(FAILING));
  const ladder = page.locator(".case.shown .ladder");
  await ladder.locator("svg").waitFor();
  assert.match(await ladder.locator(".step").first().textContent(), /step 1/);
  assert.match(await ladder.locator(".unmet").textContent(), /✕ expected: .*seen: /);
  assert.match(await ladder.locator(".unmet .box").evaluate((box) => getComputedStyle(box).stroke),
    /rgb\(176, 36, 28\)/);
  assert.ok((await ladder.locator(".fold").count()) > 0, "the wait for what never came is folded");
  assert.deepEqual(complaints, []);
  await close();
});

test("shows the bytes of a PDU with their fields, by mouse and by keys", async () => {
  const { page, complaints, close } = await open(REAL);
  await page.locator(`#case-table a[href^="#case/${PASSING}"]`).first().click();
  const part = page.locator(".case.shown");
  await part.locator('.openable:has-text("CONN/A1") .hit').click();
  const detail = part.locator(".detail");
  assert.match(await detail.locator(".hex").textContent(), /^0000 +05 00 14 03 10 00 00 00/);
  const field = detail.locator('tr:has(th:text("ReceiveWindowSize"))').last();
  assert.match(await field.textContent(), /\d{4,}/);
  assert.match(await field.textContent(), /2\.2\.3\.5\.1/);
  await field.hover();
  assert.equal(await detail.locator(".hex .lit").count(), 4);

  await part.locator(".ladder").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  const label = await page.evaluate(() => document.activeElement.textContent);
  await page.keyboard.press("Enter");
  const heading = await detail.locator("h4").textContent();
  assert.ok(label.includes(heading.split("  ")[1]), `${label} opens ${heading}`);
  assert.deepEqual(complaints, []);
  await close();
});

test("draws when the cases ran, and leads from a bar to its case", async () => {
  const { page, complaints, close } = await open(REAL);
  const bars = page.locator("#timeline-diagram rect");
  await bars.first().waitFor();
  assert.equal(await bars.count(), await page.locator('#case-table tr:not([data-t="0.000"])').count() - 1);
  assert.match(await page.locator("#timeline-diagram svg").getAttribute("aria-label"), /\d+ cases in/);
  await page.locator("#timeline-diagram .case-bar-fail").first().click();
  await page.locator(".case.shown.fail").waitFor();
  assert.deepEqual(complaints, []);
  await close();
});

test("tells the coverage of a section, and leads to the cases of a requirement", async () => {
  const { page, complaints, close } = await open(REAL);
  const section = page.locator('details.coverage:has(.section:text-is("2.1.2.1.6"))');
  await section.locator("summary").click();
  const link = section.locator('a[data-requirement="RPCH-2.1.2.1.6-07"]');
  await link.click();
  const citing = await page.locator('#case-table tr[data-r~="RPCH-2.1.2.1.6-07"]').count();
  assert.ok(citing > 0);
  assert.equal(await shownRows(page).count(), citing);
  assert.deepEqual(complaints, []);
  await close();
});

test("plots latency and throughput where a case sent enough", async () => {
  const { page, complaints, close } = await open(REAL);
  await page.locator(`#case-table a:text-is("${MEASURING}")`).click();
  const plots = page.locator(".case.shown .plots figure");
  await plots.first().waitFor();
  const captions = (await plots.locator("figcaption").allTextContents()).join("\n");
  assert.match(captions, /Latency, .* \d+ PDUs, median \d/);
  assert.match(captions, /Throughput, .*[KM]iB/);
  assert.deepEqual(complaints, []);
  await close();
});

test("goes from case to case by keys, among those that the filters leave", async () => {
  const { page, close } = await open(REAL);
  await page.getByRole("checkbox", { name: "fail" }).check();
  const links = page.locator("#case-table tr[data-v=fail] a");
  const ids = await links.allTextContents();
  assert.ok(ids.length > 1);
  await links.first().focus();
  await page.keyboard.press("Enter");
  const id = () => page.locator(".case.shown").getAttribute("aria-label");
  await page.locator(".case.shown").waitFor();
  assert.equal(await id(), ids[0]);
  await page.keyboard.press("j");
  await page.locator(`.case.shown[aria-label="${ids[1]}"]`).waitFor();
  await page.keyboard.press("k");
  await page.locator(`.case.shown[aria-label="${ids[0]}"]`).waitFor();
  await close();
});

test("tells the summary and the failing cases without JavaScript", async () => {
  const { page, complaints, close } = await open(REAL, { javaScriptEnabled: false });
  assert.ok(await page.locator("#summary").isVisible());
  assert.ok((await shownRows(page).count()) > 1);
  assert.equal(await page.locator("#filters").isVisible(), false);
  assert.equal(await page.locator("button.copy:visible").count(), 0);
  const part = page.locator(`.case[aria-label="${FAILING}"]`);
  await part.scrollIntoViewIfNeeded();
  await part.locator('dt:text-is("expected")').waitFor();
  await part.getByText("Ladder as text").click();
  assert.match(await part.locator("pre").textContent(), /client +proxy/);
  assert.deepEqual(complaints, []);
  await close();
});

test("takes what a peer sent for text", async () => {
  const { page, complaints, close } = await open(HOSTILE);
  assert.equal(await page.locator("img").count(), 0);
  assert.equal(await page.locator("script:not([type])").count(), 1);
  assert.match(await page.locator("#findings").textContent(), /<img src=x onerror=/);
  await page.locator("#case-table a").first().click();
  await page.locator(".case.shown").waitFor();
  assert.equal(await page.locator("img").count(), 0);
  assert.deepEqual(complaints, []);
  await close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`has no serious accessibility fault, ${colorScheme}`, async () => {
    const { page, close } = await open(REAL, { colorScheme });
    assert.deepEqual(await seriousFaults(page), []);
    await page.goto(caseUrl(FAILING));
    await page.locator(".case.shown").waitFor();
    assert.deepEqual(await seriousFaults(page), []);
    await page.locator(".case.shown .openable .hit").first().click();
    await page.locator(".detail h4").waitFor();
    assert.deepEqual(await seriousFaults(page), []);
    await close();
  });
}

for (const width of [360, 800, 1400]) {
  test(`fits a window of ${width} pixels`, async () => {
    const { page, close } = await open(REAL, { viewport: { width, height: 800 } });
    const overflow = () => document.documentElement.scrollWidth - innerWidth;
    assert.ok((await page.evaluate(overflow)) <= 0);
    await page.goto(caseUrl(FAILING));
    await page.locator(".case.shown").waitFor();
    assert.ok((await page.evaluate(overflow)) <= 0);
    await close();
  });
}

test("prints without its controls", async () => {
  const { page, close } = await open(REAL);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("#filters").isVisible(), false);
  assert.ok(await page.locator("#case-table").isVisible());
  assert.ok((await page.pdf()).length > 10000);
  await close();
});

test("stays usable with 5,000 cases", async () => {
  const { page, complaints, close } = await open(LARGE);
  assert.equal(await page.locator("#case-table tbody tr").count(), 5000);
  assert.equal(await shownRows(page).count(), 1000);
  await page.getByRole("button", { name: "Show the other cases" }).click();
  assert.equal(await shownRows(page).count(), 5000);
  await page.getByRole("searchbox", { name: "Text" }).fill("case-4242");
  await page.waitForFunction(() => document.querySelectorAll(
    "#case-table tbody tr:not([hidden])").length === 1);
  await shownRows(page).locator("a").click();
  assert.match(await page.locator(".case.shown h3").textContent(), /case-4242/);
  assert.deepEqual(complaints, []);
  await close();
});
