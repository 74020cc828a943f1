// A steward's day: the queue by keyboard, a referral, a decision taken back, and two stewards where
// it takes two.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startDemo } from "../support/demo.mjs";
import { find, inspect, openPage, PHONE, signIn, startBrowser } from "../support/browser.mjs";

let demo, browser;
before(async () => {
  [demo, browser] = await Promise.all([startDemo({ people: 1200 }), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const question = (page) => Number(page.url().match(/\/review\/(\d+)/)?.[1]);
/** The questions that one steward can decide, and the one with the least evidence. */
const ordinary = (page) => page.locator("tr", { hasNotText: "two verified NHS numbers" }).locator("[data-row]");
const weakest = async (page) => {
  const weights = await page.locator("tr", { hasNotText: "two verified NHS numbers" }).locator(".cs-number").allInnerTexts();
  const sums = weights.map((text) => Number(text.replace("−", "-").match(/-?[\d.]+/)?.[0] ?? Infinity));
  return ordinary(page).nth(sums.indexOf(Math.min(...sums)));
};
const toDo = async (page) => Number((await page.locator("h1 .cs-count").innerText()).match(/\d+/)[0]);
const focused = (page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");

/** Opens a question of the queue, and waits until it is there. */
async function open(row) {
  const page = row.page();
  await row.click();
  await page.waitForURL(/\/review\/\d+/);
  await page.waitForLoadState();
}

/** Opens what a key's choice would change, and waits until the focus is there. */
async function choose(page, key) {
  await page.waitForLoadState();
  await page.keyboard.press(key);
  await page.locator("#preview [data-focus]").waitFor();
  await page.waitForFunction(() => document.activeElement?.matches("#preview [data-focus]"));
}

/** Tabs to the button that decides and presses it: nothing decides sooner. */
async function confirm(page) {
  const before = page.url();
  for (let tabs = 0; tabs < 20; tabs += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement?.matches("#preview form[method=post] button"))) break;
  }
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.href !== before);
}

test("a decision is taken back from the banner, and the question stands as before", async () => {
  const { page, check } = await openPage(browser);
  await signIn(page, demo, "steward");
  await page.goto(`${demo.portal}/review?kind=possible_duplicate`);
  await open(await weakest(page));
  const id = question(page);
  await choose(page, "s");
  await confirm(page);
  await page.keyboard.press("u");
  assert.match(await focused(page), /Undo/);
  assert.match(await page.locator(".cs-done").innerText(), /decided: the same person/);
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`/review/${id}\\?`));
  assert.match(await focused(page), /taken back/);
  // Open again: the count of the queue tells nothing here, for messages and the repair pass ask too.
  await page.goto(`${demo.portal}/review/${id}`);
  assert.deepEqual(await page.locator(".cs-stands").allInnerTexts(), []);
  assert.ok(await page.locator("[data-choice=same]").isVisible());
  check();
});

test("a key pressed before the page is whole opens the choice in the page all the same", async () => {
  const { page, check } = await openPage(browser);
  await signIn(page, demo, "steward");
  // What starts with the page starts late, as on a busy computer.
  await page.addInitScript(() => {
    const { setTimeout } = window;
    window.setTimeout = (job, delay = 700, ...rest) => setTimeout(job, delay, ...rest);
  });
  await page.goto(`${demo.portal}/review`);
  await open(ordinary(page).first());
  const id = question(page);
  assert.equal(await page.locator("[data-choice=same][data-htmx-powered]").count(), 0);
  await choose(page, "s");
  assert.match(page.url(), new RegExp(`/review/${id}\\?`));
  check();
});

// Before others take whatever stands at the top of the queue.
test("two stewards join two verified numbers, and neither alone", async () => {
  const one = await openPage(browser);
  await signIn(one.page, demo, "steward");
  await one.page.goto(`${demo.portal}/review`);
  await open(one.page.locator("tr", { hasText: "two verified NHS numbers" }).locator("[data-row]").first());
  const id = question(one.page);
  assert.match(await one.page.locator("main").innerText(), /two different verified NHS numbers/);
  await choose(one.page, "s");
  assert.match(await one.page.locator("#preview").innerText(), /A second steward must agree/);
  await inspect(one.page, "review-needs-second");
  await confirm(one.page);
  assert.match(await focused(one.page), /nothing moves until a second steward agrees/);
  await one.page.goto(`${demo.portal}/review/${id}`);
  assert.match(await one.page.locator("main").innerText(), /Somebody else must look now/);
  assert.equal(await one.page.locator("[data-choice=same]").count(), 0);
  one.check();

  const two = await openPage(browser);
  await signIn(two.page, demo, "second.steward");
  await two.page.goto(`${demo.portal}/review?state=awaiting_second`);
  await two.page.locator("[data-row]").first().click();
  await inspect(two.page, "review-awaiting-second");
  await choose(two.page, "s");
  await confirm(two.page);
  await two.page.goto(`${demo.portal}/review/${id}`);
  assert.match(await two.page.locator("main").innerText(), /linked as one person now/);
  two.check();
});

test("a death that an admission contradicts is asked about in words", async () => {
  const { page } = await openPage(browser);
  await signIn(page, demo, "steward");
  await page.goto(`${demo.portal}/review?kind=conflicting_death`);
  await inspect(page, "review-deaths");
  await open(page.locator("tr", { hasText: /Guppy/i }).locator("[data-row]"));
  const signs = await page.locator(".cs-signs").innerText();
  assert.match(signs, /Dorset County Hospital.* says: died on/);
  assert.match(signs, /Poole Hospital.* says: /);
  await inspect(page, "review-conflicting-death");
});

test("a steward works through three questions with the keyboard alone", async () => {
  const { page, check } = await openPage(browser);
  await signIn(page, demo, "steward");
  await page.goto(`${demo.portal}/review`);
  const waiting = await toDo(page);
  assert.ok(waiting >= 4, `${waiting} questions to work on`);
  await inspect(page, "review-queue");

  await page.keyboard.press("j");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await page.locator("#records").waitFor();
  const first = question(page);
  await inspect(page, "review-question");
  // A key opens what would change and decides nothing; Escape closes it again.
  await choose(page, "s");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#preview > *").count(), 0);
  assert.equal(question(page), first);

  await choose(page, "d");
  await inspect(page, "review-preview");
  await confirm(page);
  assert.match(await focused(page), new RegExp(`Question ${first}: decided: not the same`));
  await inspect(page, "review-decided");
  const second = question(page);
  assert.notEqual(second, first);

  await choose(page, "r");
  await page.locator("#note").focus();
  // Letters in a note are letters, not keys.
  await page.keyboard.type("Please check dates, just to be sure: j s d r");
  await confirm(page);
  assert.match(await focused(page), new RegExp(`Question ${second}: referred to`));

  const third = question(page);
  await choose(page, "d");
  await confirm(page);
  assert.match(await focused(page), new RegExp(`Question ${third}: decided`));
  await page.keyboard.press("q");
  await page.locator("#queue").waitFor();
  // Not the count of the queue: messages and the repair pass ask too.
  for (const [id, stands] of [[first, /Decided/], [second, /Referred to/], [third, /Decided/]]) {
    await page.goto(`${demo.portal}/review/${id}`);
    assert.match(await page.locator(".cs-stands").innerText(), stands);
    if (id !== second) continue;
    assert.match(await page.getByLabel("Text to send").inputValue(), /j s d r/);
    await inspect(page, "review-referred");
  }
  await page.goto(`${demo.portal}/review?state=referred`);
  assert.match(await page.locator("main").innerText(), /referred to/);
  check();
});

test("a steward doubts a link, and takes two people for one, from their linked records", async () => {
  const { page, check } = await openPage(browser);
  await signIn(page, demo, "steward");
  await find(page, demo, demo.people[0].nhsNumber);
  await page.locator("#found + .cs-scroll a").first().click();
  await page.getByRole("heading", { name: "Records that are linked as this person" }).waitFor();
  await page.keyboard.press("a");
  await page.getByRole("heading", { name: "These records are not one person’s" }).waitFor();
  await inspect(page, "review-raise");
  const boxes = page.locator("input[name=record]");
  for (const place of [0, 1]) await boxes.nth(place).check();
  await page.locator("#reason").fill("The letter of 3 March gives another date of birth");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/review\/\d+\?done=/);
  assert.match(await focused(page), /your reason is kept/);
  assert.match(await page.locator("main").innerText(), /asked just now: “The letter of 3 March/);
  await inspect(page, "review-raised");
  await choose(page, "d");
  await page.keyboard.press("Escape");

  // From the form of the same person to somebody else.
  await page.goBack();
  await page.locator("#who").fill(demo.people[1].nhsNumber);
  await page.locator("main").getByRole("button", { name: "Find", exact: true }).click();
  await page.locator("#found table").waitFor();
  await inspect(page, "review-raise-found");
  await page.locator("#found a").first().click();
  await page.getByRole("heading", { name: "Are these two one person?" }).waitFor();
  await inspect(page, "review-raise-two");
  await page.locator("#reason").fill("One passport was shown for both");
  await page.getByRole("button", { name: /Ask whether/ }).click();
  await page.waitForURL(/\/review\/\d+\?done=/);
  assert.match(await page.locator("main").innerText(), /asked just now: “One passport/);
  check();
});

test("help says every key, and the switch in the footer turns them off", async () => {
  const { page, check } = await openPage(browser);
  await signIn(page, demo, "steward");
  await page.goto(`${demo.portal}/review`);
  await page.keyboard.press("?");
  await page.locator("dialog[open]").waitFor();
  await inspect(page, "review-keys");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Turn off keyboard shortcuts" }).click();
  await page.locator("body").press("j");
  assert.equal(await page.evaluate(() => document.activeElement?.hasAttribute("data-row")), false);
  check();
});

test("without JavaScript a question is read, previewed, decided and taken back", async () => {
  const { page, check } = await openPage(browser, { javaScriptEnabled: false });
  await signIn(page, demo, "steward");
  await page.goto(`${demo.portal}/review`);
  await open(await weakest(page));
  const id = question(page);
  await page.locator("[data-choice=different]").click();
  await page.locator("form[action^='/review/'] button").click();
  await page.getByText(`Question ${id}:`).waitFor();
  await page.getByRole("button", { name: /Undo/ }).click();
  assert.match(await page.locator(".cs-done").innerText(), /taken back/);
  check();
});

test("pairs are drawn by lot and read blind, and the measures say how little is known yet", async () => {
  const { page, check } = await openPage(browser);
  await signIn(page, demo, "steward");
  await page.goto(`${demo.portal}/review/measures`);
  await inspect(page, "review-measures");
  assert.match(await page.locator("main").innerText(), /not enough samples/);
  await page.getByRole("button", { name: /Draw 20 more pairs/ }).click();
  await page.getByRole("heading", { name: "Are these two records one person?" }).waitFor();
  assert.equal(await page.locator(".cs-waterfall").count(), 0);
  await inspect(page, "review-sample");
  await page.keyboard.press("s");
  assert.match(await focused(page), /Same person/);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Are these two records one person?" }).waitFor();
  check();
});

test("the steward's pages are readable on a phone and in the dark", async () => {
  const { page, check } = await openPage(browser, { viewport: PHONE, colorScheme: "dark" });
  await signIn(page, demo, "steward");
  await page.goto(`${demo.portal}/review`);
  await inspect(page, "review-queue-phone-dark");
  await page.locator("[data-row]").first().click();
  await inspect(page, "review-question-phone-dark");
  await page.goto(`${demo.portal}/review/measures`);
  await inspect(page, "review-measures-phone-dark");
  check();
});
