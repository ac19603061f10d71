/** Whole journeys for people who use a keyboard alone, a screen reader, a phone in Korean, or large text. */
import { expect, type Locator, type Page, test } from "@playwright/test";
import { expectFitsPhone, focusRing, overflows, ZOOMED } from "./accessible";
import { signIn, signInAs } from "./people";
import { atWork, judgementsOf, openWorkshop, question, steps } from "./workshop";

/** Tabs until the element with this role and name has the focus. */
async function tabTo(
  page: Page,
  role: "link" | "button" | "radio" | "textbox",
  name: RegExp,
  within: Page | Locator = page,
): Promise<void> {
  const wanted = within.getByRole(role, { name }).first();
  await expect(wanted).toBeVisible();
  for (let pressed = 0; pressed < 60; pressed += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reached the ${role} ${name}`);
}

test("keyboard only: signing in, choosing work, judging by arrows and Tab, signing off", async ({ browser }) => {
  const workshop = await openWorkshop(browser, { pairs: 2 });
  const [person] = workshop.people;
  const page = await (await browser.newContext()).newPage();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").focus();
  await page.keyboard.type(person!.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(person!.password);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/annotate/, { timeout: 30_000 });
  await tabTo(page, "link", /^Start Pairs$/);
  expect(await focusRing(page)).toBe(true);
  await page.keyboard.press("Enter");
  await expect(steps(page)).toBeVisible({ timeout: 20_000 });
  const first = await question(page).innerText();
  await tabTo(page, "radio", /A is significantly better/);
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("radio", { name: "A is better", exact: true })).toBeChecked();
  expect(await focusRing(page)).toBe(true);
  await tabTo(page, "button", /^Submit/);
  await page.keyboard.press("Enter");
  await expect(question(page)).not.toHaveText(first, { useInnerText: true, timeout: 20_000 });
  await expect.poll(async () => (await judgementsOf(workshop)).length).toBe(1);
  await page.context().close();
});

test("keyboard only: a lead skips to the content, opens a campaign, and is back where the dialog was opened", async ({
  browser,
}) => {
  const workshop = await openWorkshop(browser, { pairs: 1 });
  const page = await (await browser.newContext()).newPage();
  await signIn(page, "admin");
  await page.goto(`/console/projects/${workshop.projectId}/campaigns`);
  await expect(page.getByRole("row", { name: /Pairs/ })).toBeVisible({ timeout: 20_000 });
  await tabTo(page, "link", /^Skip to content$/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  await tabTo(page, "button", /^Open a campaign$/);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Open a campaign" });
  await expect(dialog).toBeVisible();
  await tabTo(page, "textbox", /^Name$/, dialog);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  const open = page.getByRole("button", { name: "Open a campaign" });
  await expect(open).toBeFocused();
  await page.keyboard.press("Enter");
  await tabTo(page, "textbox", /^Name$/, dialog);
  await page.keyboard.type("By keyboard");
  await page.keyboard.press("Enter");
  const row = page.getByRole("row", { name: /By keyboard/ });
  await expect(row).toBeVisible({ timeout: 20_000 });
  await expect(open).toBeFocused();
  await tabTo(page, "button", /^Pause$/, row);
  expect(await focusRing(page)).toBe(true);
  await page.keyboard.press("Enter");
  await expect(row).toContainText("paused");
  await page.context().close();
});

test("screen-reader roles tell the whole item, and what happened is announced", async ({ browser }) => {
  const workshop = await openWorkshop(browser, { pairs: 2 });
  const page = await atWork(browser, workshop, workshop.people[0]!);
  await expect(steps(page)).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Pairs");
  for (const side of ["A", "B"]) await expect(page.getByRole("region", { name: `Answer ${side}` })).not.toBeEmpty();
  const names = await steps(page)
    .getByRole("radio")
    .evaluateAll((radios) => radios.map((radio) => radio.getAttribute("aria-label") ?? radio.textContent));
  expect(names).toHaveLength(8);
  for (const name of ["A is significantly better", "A is negligibly better or unsure", "B is significantly better"])
    await expect(steps(page).getByRole("radio", { name, exact: true })).toBeVisible();
  await expect(page.getByRole("main")).toHaveCount(1);
  await page.getByRole("button", { name: /^Submit/ }).click();
  await expect(
    page.getByRole("alert").or(page.getByRole("status")).filter({ hasText: "Choose one of the eight steps" }),
  ).toBeVisible();
  await steps(page).getByRole("radio", { name: "B is better", exact: true }).click();
  await page.getByRole("button", { name: /^Submit/ }).click();
  await expect(
    page.getByRole("status").or(page.getByRole("alert")).filter({ hasText: "Submitted" }).first(),
  ).toBeAttached();
  await page.context().close();
});

test("screen-reader roles take a lead to the items, through a change of many, and tell what became of it", async ({
  browser,
}) => {
  const workshop = await openWorkshop(browser, { pairs: 3 });
  const page = await (await browser.newContext()).newPage();
  await signIn(page, "admin");
  await page.goto(`/console/projects/${workshop.projectId}`);
  const navigation = page.getByRole("navigation", { name: /^Workshop/ });
  await navigation.getByRole("link", { name: "Collect", exact: true }).click();
  await navigation.getByRole("link", { name: "Items", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Items");
  await expect(navigation.getByRole("link", { name: "Items", exact: true })).toHaveAttribute("aria-current", "page");
  await expect(page).toHaveTitle(/Items/);

  const table = page.getByRole("table", { name: "Items" });
  for (const name of ["Prompt", "State", "Campaign"])
    await expect(table.getByRole("columnheader", { name, exact: true })).toBeVisible();
  const picks = table.getByRole("checkbox", { name: /^Pick: Question \d: how do I keep/ });
  await expect(picks).toHaveCount(3);
  await picks.nth(0).check();
  await picks.nth(2).check();
  // Said by itself: a live region, which the screen reader reads without being sent there.
  const said = (text: string) => page.locator("[aria-live=polite], [role=status]").filter({ hasText: text }).first();
  await expect(said("2 rows picked")).toBeVisible();

  await page.getByRole("button", { name: "Withdraw" }).click();
  const dialog = page.getByRole("dialog", { name: "Withdraw" });
  await expect(dialog).toHaveAccessibleDescription(/They are served no more/);
  await expect(
    dialog.locator("[aria-live=polite]").filter({ hasText: "2 rows would change of 2 picked" }),
  ).toBeVisible();
  await dialog.getByRole("button", { name: "Change 2 rows" }).click();
  await expect(said("2 rows changed")).toBeAttached();
  await expect(dialog).toBeHidden();
  await expect(table.getByRole("row").filter({ hasText: "withdrawn" })).toHaveCount(2);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(said("2 rows put back")).toBeAttached();
  await expect(table.getByRole("row").filter({ hasText: "withdrawn" })).toHaveCount(0);
  await page.context().close();
});

test("Korean on a phone: signing in, reading both cards, judging by touch", async ({ browser }) => {
  const workshop = await openWorkshop(browser, { pairs: 2 });
  const context = await browser.newContext({
    locale: "ko-KR",
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await expect(page.locator("html")).toHaveAttribute("lang", "ko");
  await page.getByLabel("이메일").fill(workshop.people[0]!.email);
  await page.getByLabel("비밀번호").fill(workshop.people[0]!.password);
  await page.getByRole("button", { name: "로그인", exact: true }).tap();
  await expect(page).toHaveURL(/\/annotate/, { timeout: 30_000 });
  await page.context().addCookies([{ name: "locale", value: "ko", url: page.url() }]);
  await page.goto(`/annotate/${workshop.projectId}`);
  const bar = page.getByRole("radiogroup", { name: "어느 쪽이 얼마나 더 낫습니까?" });
  await expect(bar).toBeVisible({ timeout: 20_000 });
  await page.getByRole("button", { name: "B", exact: true }).tap();
  await expect(page.getByRole("region", { name: "답변 B" })).toBeInViewport({ ratio: 0.5 });
  await bar.getByRole("radio").nth(5).tap();
  await page.getByRole("button", { name: /^제출/ }).tap();
  await expect.poll(async () => (await judgementsOf(workshop)).length).toBe(1);
  await expectFitsPhone(page);
  await context.close();
});

test("at 200% zoom nothing is cut off: no sideways scrolling, everything can be reached", async ({ browser }) => {
  const workshop = await openWorkshop(browser, { pairs: 1 });
  const context = await browser.newContext({ viewport: ZOOMED, deviceScaleFactor: 2 });
  const page = await context.newPage();
  await signInAs(page, workshop.people[0]!);
  await page.goto(`/annotate/${workshop.projectId}`);
  await expect(steps(page)).toBeVisible({ timeout: 20_000 });
  expect(await overflows(page, ZOOMED)).toEqual([]);
  await steps(page).getByRole("radio", { name: "A is better", exact: true }).click();
  await page.getByRole("button", { name: /^Submit/ }).click();
  await expect.poll(async () => (await judgementsOf(workshop)).length).toBe(1);
  await context.close();
});
