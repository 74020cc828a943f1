// Debian's Chromium, and what every page must keep to while it is open.

import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const screenshots = fileURLToPath(new URL("../screenshots", import.meta.url));

export const DESKTOP = { width: 1366, height: 768 };
export const PHONE = { width: 390, height: 844 };

/** Starts the browser; it looks for nothing on the network. */
export function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ],
  });
}

/** A page in a session of its own. Errors and broken content security rules fail the test at `check`. */
export async function openPage(browser, { viewport = DESKTOP, javaScriptEnabled = true, colorScheme = "light" } = {}) {
  // axe is injected past the content security policy; the policy still holds for the page itself.
  const context = await browser.newContext({ viewport, javaScriptEnabled, colorScheme, locale: "en-GB", timezoneId: "Europe/London" });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("status of 4")) complaints.push(`console: ${message.text()}`);
  });
  return { page, context, check: () => assert.deepEqual(complaints, []) };
}

export async function signIn(page, demo, username) {
  await page.goto(`${demo.portal}/sign-in`);
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(demo.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

export async function find(page, demo, who, born = "") {
  await page.goto(`${demo.portal}/`);
  await page.locator("#who").fill(who);
  await page.locator("#born").fill(born);
  await page.getByRole("button", { name: "Find", exact: true }).click();
}

/** No axe-core violation (WCAG 2.2 A and AA), no sideways scrolling, and a screenshot to look at. */
export async function inspect(page, name) {
  await page.evaluate(await axeSource());
  const result = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  }));
  const violations = result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" … ")}`);
  assert.deepEqual(violations, [], name);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${name} is ${overflow} px too wide`);
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: true });
}

let source;
async function axeSource() {
  source ??= await (await import("node:fs/promises")).readFile(axe, "utf8");
  return source;
}
