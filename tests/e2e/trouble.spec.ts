/** What goes wrong on a working day: rivals for one item, a cut line, a lease that ends, a session that ends. Nothing is lost or counted twice. */
import { expect, test } from "@playwright/test";
import { signIn, signInAs } from "./people";
import { atWork, judgementsOf, letLeasesEnd, openWorkshop, question, steps } from "./workshop";

test("two annotators race through a queue: each item once, nobody at a dead end", async ({ browser }) => {
  const workshop = await openWorkshop(browser, { pairs: 7, annotators: 2 });
  const pages = await Promise.all(workshop.people.map((person) => atWork(browser, workshop, person)));
  await Promise.all(
    pages.map(async (page) => {
      const done = page.getByText("Nothing to judge right now", { exact: true });
      const asked = async () => (await question(page).allInnerTexts())[0];
      for (;;) {
        await expect(question(page).or(done)).toBeVisible({ timeout: 20_000 });
        const shown = await asked();
        if (shown === undefined) {
          if (await done.isVisible()) return;
          continue;
        }
        await page.keyboard.press("2");
        await page.keyboard.press("Enter");
        await expect.poll(asked, { timeout: 20_000 }).not.toBe(shown);
      }
    }),
  );
  await expect.poll(async () => (await judgementsOf(workshop)).length).toBe(7);
  const judged = await judgementsOf(workshop);
  expect(new Set(judged.map(({ itemId }) => itemId)).size).toBe(7);
  expect(new Set(judged.map(({ userId }) => userId)).size).toBe(2);
  for (const page of pages) await page.context().close();
});

test("an answer lost on its way back: the judgement is sent again and counts once", async ({ browser }) => {
  const workshop = await openWorkshop(browser, { pairs: 2 });
  const page = await atWork(browser, workshop, workshop.people[0]!);
  await expect(steps(page)).toBeVisible();
  let arrivals = 0;
  await page.route("**/api/v1/comparisons", async (route) => {
    arrivals += 1;
    const answer = await route.fetch();
    // The server has stored it; the line breaks before the browser hears of it.
    if (arrivals === 1) await route.abort("connectionreset");
    else await route.fulfill({ response: answer });
  });
  await page.keyboard.press("7");
  await page.keyboard.press("Enter");
  await expect.poll(() => arrivals, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  await expect(page.getByText("1 not sent yet")).toBeHidden({ timeout: 20_000 });
  expect(await judgementsOf(workshop)).toHaveLength(1);
  await page.context().close();
});

test("a lease that ended while somebody thought: the judgement is still taken where the item is free", async ({
  browser,
}) => {
  const workshop = await openWorkshop(browser, { pairs: 1 });
  const page = await atWork(browser, workshop, workshop.people[0]!);
  await expect(steps(page)).toBeVisible();
  await page.keyboard.press("6");
  await page.keyboard.press("n");
  await page.keyboard.type("thought about it for long");
  await expect(page.getByText(/draft saved/)).toBeVisible();
  await letLeasesEnd(workshop);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await judgementsOf(workshop)).length).toBe(1);
  await page.context().close();
});

test("a lease that ended and went to somebody else: the text is kept, nothing is counted twice", async ({
  browser,
}) => {
  const workshop = await openWorkshop(browser, { pairs: 1, annotators: 2 });
  const slow = await atWork(browser, workshop, workshop.people[0]!);
  await expect(steps(slow)).toBeVisible();
  await slow.keyboard.press("6");
  await letLeasesEnd(workshop);
  const quick = await atWork(browser, workshop, workshop.people[1]!);
  await expect(steps(quick)).toBeVisible();
  await quick.keyboard.press("1");
  await quick.keyboard.press("Enter");
  await expect.poll(async () => (await judgementsOf(workshop)).length).toBe(1);
  await slow.keyboard.press("Enter");
  await expect(slow.getByText("A judgement was not accepted", { exact: true })).toBeVisible({ timeout: 20_000 });
  expect(await judgementsOf(workshop)).toEqual([expect.objectContaining({ userId: workshop.people[1]!.id })]);
  await slow.context().close();
  await quick.context().close();
});

test("signed out elsewhere: the page says so, keeps the judgement, and sends it after signing in", async ({
  browser,
}) => {
  const workshop = await openWorkshop(browser, { pairs: 2 });
  const [person] = workshop.people;
  const page = await atWork(browser, workshop, person!);
  await expect(steps(page)).toBeVisible();
  const elsewhere = await (await browser.newContext()).newPage();
  await signInAs(elsewhere, person!);
  const next = `${person!.password}-changed`;
  const changed = await elsewhere.request.post("/api/v1/me/password", {
    headers: { origin: new URL(elsewhere.url()).origin },
    data: { current: person!.password, next },
  });
  expect(changed.ok()).toBe(true);
  await elsewhere.context().close();

  await page.keyboard.press("3");
  await page.keyboard.press("Enter");
  const notice = page.getByRole("alert").filter({ hasText: "You are signed out" });
  await expect(notice).toBeVisible({ timeout: 20_000 });
  expect(await judgementsOf(workshop)).toHaveLength(0);
  const [tab] = await Promise.all([
    page.context().waitForEvent("page"),
    notice.getByRole("link", { name: "Sign in in a new tab" }).click(),
  ]);
  await signInAs(tab, { email: person!.email, password: next });
  await tab.close();
  await page.bringToFront();
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(notice).toBeHidden({ timeout: 20_000 });
  await expect.poll(async () => (await judgementsOf(workshop)).length, { timeout: 20_000 }).toBe(1);
  await page.context().close();
});

test("a disabled account is out at once, and cannot sign in", async ({ browser }) => {
  const workshop = await openWorkshop(browser, { pairs: 1 });
  const [person] = workshop.people;
  const page = await atWork(browser, workshop, person!);
  await expect(steps(page)).toBeVisible();
  const admin = await (await browser.newContext()).newPage();
  await signIn(admin, "admin");
  const disabled = await admin.request.patch(`/api/v1/users/${person!.id}`, {
    headers: { origin: new URL(admin.url()).origin },
    data: { disabled: true },
  });
  expect(disabled.ok(), await disabled.text()).toBe(true);
  expect((await page.request.get("/api/v1/me")).status()).toBe(401);
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(person!.email);
  await page.getByLabel("Password").fill(person!.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: /\S/ })).toBeVisible();
  await expect(page).toHaveURL(/sign-in/);
  await admin.context().close();
  await page.context().close();
});
