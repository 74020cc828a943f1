// A night with the integration engine: what stands still is seen, found, read, tested, mended and let go
// on; a channel is paused; a line of a record leads back to its message.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startDemo } from "../support/demo.mjs";
import { inspect, openPage, PHONE, signIn, startBrowser } from "../support/browser.mjs";
import { admission, send } from "../support/hospital.mjs";

let demo, browser;
before(async () => {
  [demo, browser] = await Promise.all([startDemo({ people: 300 }), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const nora = {
  number: "R7654321", nhsNumber: "9990000018", family: "NIGHTINGALE", given: "Nora", born: "19500301",
  ward: "ISEL", at: new Date("2026-01-15T10:00:00Z"),
};

/** A message that cannot be delivered: its patient has no number. */
const numberless = (id) => admission({ ...nora, id }).map((segment) =>
  segment.startsWith("PID") ? segment.replace(/^PID\|1\|\|[^|]*/, "PID|1||") : segment);

/** Opens the newest message that a search finds, once it stands there. */
async function openFound(page, fill) {
  for (let tries = 0; tries < 50; tries += 1) {
    await page.goto(`${demo.portal}/messages`);
    await fill(page.getByRole("search", { name: "Find messages" }));
    await page.getByRole("button", { name: "Find", exact: true }).click();
    const first = page.locator("tbody a[href^='/messages/']").first();
    if (await first.count()) return first.click();
  }
  throw new Error("no message was found");
}

test("a message is found by NHS number, read by name, and followed to what it wrote and back", async () => {
  assert.equal(await send(demo.poole, admission({ ...nora, id: "JE1" })), "AA");
  const { page, check } = await openPage(browser);
  await signIn(page, demo, "admin");
  await openFound(page, async (form) => {
    await form.getByLabel("NHS number").fill("999 000 0018");
    await form.getByLabel("State").selectOption("processed");
  });
  assert.ok(!page.url().includes("999"));
  await inspect(page, "message");
  await page.getByLabel("Why must you see it?").fill("following a complaint");
  await page.getByRole("button", { name: "Show the content" }).click();
  await page.getByText("Patient Name › Family Name").first().waitFor();
  await inspect(page, "message-content");
  await page.goBack();
  await page.locator("a[href^='/messages/written/Encounter']").first().click();
  await page.getByRole("heading", { name: /Messages behind Encounter/ }).waitFor();
  await inspect(page, "resource-messages");
  check();
});

test("a parked message is tested, edited in a copy, and the rest are skipped at once", async () => {
  for (const id of ["JE2", "JE3", "JE4"]) assert.equal(await send(demo.poole, numberless(id)), "AA");
  const { page, check } = await openPage(browser);
  await signIn(page, demo, "admin");
  await openFound(page, async (form) => {
    await form.getByLabel("Control id").fill("JE2");
    await form.getByLabel("State").selectOption("parked");
  });
  await page.getByRole("button", { name: "Test under the rules of now" }).click();
  await page.getByText("It would not be delivered").waitFor();
  await inspect(page, "message-tested");
  await page.getByLabel("Why must you see it?").fill("to see what is missing");
  await page.getByRole("button", { name: "Show the content" }).click();
  await page.getByText("Edit a copy").click();
  const text = page.locator("textarea[name=text]");
  await text.fill((await text.inputValue()).replace("PID|1||", "PID|1||R7654321^^^RD3^MR"));
  await inspect(page, "message-edit");
  await page.getByLabel("Why is it edited?").fill("the number was missing");
  await page.getByRole("button", { name: "Put the copy in its place" }).click();
  await page.getByText("An edited copy of").waitFor();

  await page.goto(`${demo.portal}/channels`);
  await inspect(page, "channels");
  await page.getByRole("link", { name: "poole", exact: true }).first().click();
  await page.getByRole("heading", { name: "Why messages stand still" }).waitFor();
  await inspect(page, "channel");
  await page.getByRole("button", { name: /^Show/ }).first().click();
  await page.getByRole("link", { name: /Skip all/ }).click();
  await page.getByLabel("Why?").fill("a test of the engine's pages");
  await inspect(page, "bulk-confirm");
  await page.getByRole("button", { name: /Skip all/ }).click();
  await page.waitForURL(/\/messages\/bulk\/\d+/);
  for (let tries = 0; tries < 50 && !(await page.getByText("Done at").count()); tries += 1) await page.reload();
  await page.getByText("Done at").waitFor();
  await inspect(page, "bulk-done");
  check();
});

test("a channel is paused and goes on, on a telephone without JavaScript, in the dark", async () => {
  const { page, check } = await openPage(browser, { viewport: PHONE, javaScriptEnabled: false, colorScheme: "dark" });
  await signIn(page, demo, "admin");
  await page.goto(`${demo.portal}/channels/poole`);
  await page.getByLabel("Pause it, because").fill("the ward table is wrong");
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("the ward table is wrong").waitFor();
  await send(demo.poole, admission({ ...nora, id: "JE9" }));
  await page.screenshot({ path: "screenshots/channel-phone-dark.png", fullPage: true });
  await page.goto(`${demo.portal}/channels`);
  await page.getByText("Paused").first().waitFor();
  await page.screenshot({ path: "screenshots/channels-phone-dark.png", fullPage: true });
  await page.goto(`${demo.portal}/channels/poole`);
  await page.getByRole("button", { name: "Let it go on" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
  check();
});
