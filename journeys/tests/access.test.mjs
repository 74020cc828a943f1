// Who may see what: refused without a relationship, the glass broken with a reason, and who looked.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startDemo } from "../support/demo.mjs";
import { find, inspect, openPage, signIn, startBrowser } from "../support/browser.mjs";

let demo, browser;
before(async () => {
  [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

test("a paramedic is refused, breaks the glass with a reason, and is seen to have looked", async () => {
  const crew = await openPage(browser);
  await signIn(crew.page, demo, "paramedic");
  await find(crew.page, demo, demo.people[0].nhsNumber);
  await crew.page.locator("main a[href^='/people/']").first().click();
  await crew.page.getByRole("heading", { name: "This record was not opened" }).waitFor();
  assert.doesNotMatch(await crew.page.locator("body").innerText(), /penicillin/i);
  await inspect(crew.page, "refused");

  await crew.page.locator("input[name=reason]").first().check();
  await crew.page.locator("textarea[name=text]").fill("Collapsed at home, ambulance on scene");
  await crew.page.getByRole("button", { name: "Open the record" }).click();
  await crew.page.locator("#allergies").waitFor();
  await crew.page.getByText("Asking the GP practice").first().waitFor({ state: "detached" });
  await inspect(crew.page, "record-glass-broken");
  const record = crew.page.url().split("?")[0];
  crew.check();

  const officer = await openPage(browser);
  await signIn(officer.page, demo, "privacy");
  await officer.page.goto(`${record}/access-log`);
  const log = await officer.page.locator("main").innerText();
  assert.match(log, /Jess Northover/);
  assert.match(log, /Collapsed at home/);
  await inspect(officer.page, "access-log");
  await officer.page.goto(`${demo.portal}/privacy`);
  assert.match(await officer.page.locator("main").innerText(), /Jess Northover/);
  await inspect(officer.page, "privacy");
  await officer.page.goto(record);
  assert.doesNotMatch(await officer.page.locator("body").innerText(), /penicillin/i);
  officer.check();
});

test("a social worker sees the care package and is told what is not shown", async () => {
  const { page, check } = await openPage(browser);
  await signIn(page, demo, "social.worker");
  await find(page, demo, demo.people[0].nhsNumber);
  await page.locator("main a[href^='/people/']").first().click();
  await page.locator("#social_care, #social-care").first().waitFor();
  const text = await page.locator("main").innerText();
  assert.match(text, /Dorset Council/);
  assert.match(text, /not shown/i);
  await inspect(page, "record-social-worker");
  check();
});

test("the pages of a steward, an administrator and a privacy officer pass inspection", async () => {
  for (const [username, paths] of [
    ["steward", ["/", "/review"]],
    ["admin", ["/", "/messages", "/users"]],
    ["privacy", ["/privacy"]],
  ]) {
    const { page, check } = await openPage(browser);
    await signIn(page, demo, username);
    for (const path of paths) {
      await page.goto(`${demo.portal}${path}`);
      await inspect(page, `${username}${path.replaceAll("/", "-")}`);
    }
    check();
  }
});

test("an administrator reveals a message only through the audit trail", async () => {
  const { page, check } = await openPage(browser);
  await signIn(page, demo, "admin");
  await page.goto(`${demo.portal}/messages`);
  await page.locator("main a[href^='/messages/']").first().click();
  assert.doesNotMatch(await page.locator("main").innerText(), /\bPID\b/);
  await inspect(page, "message");
  check();
});

test("nobody reads anything without signing in, and a stranger's form is refused", async () => {
  const { page } = await openPage(browser);
  await page.goto(`${demo.portal}/messages`);
  assert.match(page.url(), /sign-in/);
  const answer = await page.request.post(`${demo.portal}/find`, {
    form: { who: demo.people[0].nhsNumber },
    headers: { Origin: "https://elsewhere.example", "Sec-Fetch-Site": "cross-site" },
  });
  assert.ok([401, 403].includes(answer.status()) || answer.url().includes("sign-in"), `${answer.status()}`);
});
