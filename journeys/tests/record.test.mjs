// A clinician's journey: sign in, find, open, see who said what, watch an admission arrive.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startDemo } from "../support/demo.mjs";
import { DESKTOP, PHONE, find, inspect, openPage, signIn, startBrowser } from "../support/browser.mjs";
import { admission, send } from "../support/hospital.mjs";

let demo, browser;
before(async () => {
  [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

async function openFirst(page) {
  await signIn(page, demo, "poole.doctor");
  await find(page, demo, demo.people[0].nhsNumber);
  await page.locator("main a[href^='/people/']").first().click();
  await page.locator("#allergies").waitFor();
}

test("a wrong password is refused in one sentence, and nothing says which part was wrong", async () => {
  const { page, check } = await openPage(browser);
  await page.goto(`${demo.portal}/sign-in`);
  await inspect(page, "sign-in");
  await page.getByLabel("Username").fill("nobody");
  await page.getByLabel("Password", { exact: true }).fill("wrong-password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("The username or password is not right").first().waitFor();
  await inspect(page, "sign-in-refused");
  check();
});

test("GP and hospital lines stand together with their sources", async () => {
  const { page, check } = await openPage(browser);
  await openFirst(page);
  const practice = page.locator("main").getByText(/Surgery|Medical|Health Centre|Practice/).first();
  await practice.waitFor();
  await page.getByText("Asking the GP practice").first().waitFor({ state: "detached" });
  const text = await page.locator("main").innerText();
  assert.match(text, /Poole Hospital/);
  assert.match(text, /Dorset HealthCare|Dorset Council/);
  assert.match(text.toLowerCase(), /penicillin/);
  assert.match(text, /Ward|Unit/);
  await inspect(page, "record");
  check();
});

test("the record is readable on a phone and in the dark", async () => {
  for (const [name, options] of [["record-phone", { viewport: PHONE }], ["record-dark", { viewport: DESKTOP, colorScheme: "dark" }]]) {
    const { page, check } = await openPage(browser, options);
    await openFirst(page);
    await page.getByText("Asking the GP practice").first().waitFor({ state: "detached" });
    await inspect(page, name);
    check();
  }
});

test("without JavaScript the record opens, and a link waits for the GP practice", async () => {
  const { page } = await openPage(browser, { javaScriptEnabled: false });
  await openFirst(page);
  assert.match(await page.locator("main").innerText(), /Poole Hospital/);
  await page.getByRole("link", { name: /GP/ }).first().click();
  await page.locator("#allergies").waitFor();
  assert.match(await page.locator("main").innerText(), /Surgery|Medical|Health Centre|Practice/);
});

test("an admission that arrives is answered at the top of the record", async () => {
  const { page, check } = await openPage(browser);
  await signIn(page, demo, "poole.doctor");
  const told = {
    id: "JOURNEY1", number: "J0000001", nhsNumber: "9990000018", family: "LULWORTH", given: "Thomasina", born: "19400602",
    ward: "LYME WARD", at: new Date(),
  };
  assert.equal(await send(demo.poole, admission(told)), "AA");
  await find(page, demo, "thomasina lulworth", "2/6/1940");
  await page.locator("main a[href^='/people/']").first().click();
  const now = page.getByLabel("In hospital now");
  await now.waitFor();
  assert.match(await now.innerText(), /LYME WARD/i);
  await inspect(page, "record-admitted");

  const discharge = admission({ ...told, id: "JOURNEY2" });
  discharge[0] = discharge[0].replace("ADT^A01^ADT_A01", "ADT^A03^ADT_A03");
  discharge[1] = discharge[1].replace("A01", "A03");
  discharge[3] = `${discharge[3].replace("VJOURNEY2", "VJOURNEY1")}|${new Date().toISOString().replace(/[-:T]|\..*/g, "").slice(0, 14)}+0000`;
  assert.equal(await send(demo.poole, discharge), "AA");
  await page.reload();
  await page.getByText(/Not an inpatient in these three hospitals as of/).waitFor();
  check();
});

test("every page of a person passes inspection", async () => {
  const { page, check } = await openPage(browser);
  await openFirst(page);
  const record = page.url();
  for (const section of ["problems", "medicines", "allergies", "results", "encounters", "appointments", "documents", "social_care"]) {
    await page.goto(`${record.split("?")[0]}/${section}`);
    await inspect(page, `section-${section}`);
  }
  await page.goto(`${record.split("?")[0]}/links`);
  await inspect(page, "links");
  await page.goto(`${record.split("?")[0]}/documents`);
  await page.locator("main a[href*='/documents/']").first().click();
  await inspect(page, "document");
  check();
});
