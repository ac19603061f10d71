/** Texts that are hard to set: formulas, tables, code, scripts that run from right to left, and long answers, on a desk and on a phone. */
import { expect, type Locator, test } from "@playwright/test";
import { signInAs } from "./people";
import { atWork, openWorkshop, question, steps } from "./workshop";

const FORMULAS = [
  "The roots are \\(x = \\frac{-b \\pm \\sqrt{b^2-4ac}}{2a}\\), so:",
  "$$\\int_0^1 x^2 \\, dx = \\frac{1}{3}$$",
  "It costs $5, or $7 with a pot.",
  "| n | n squared |\n| - | - |\n| 2 | 4 |",
  "```py\nprint('a line that is much wider than any phone: ' + 'x' * 100)\n```",
].join("\n\n");
const ARABIC = "**نعم.** ضع النبتة قرب النافذة:\n\n- اسقها كل يومين\n- أدرها نحو الضوء\n\nالصيغة \\(a+b\\) بسيطة.";
const HEBREW = "לא. השאר אותה בצל, ואל תשקה אותה לעתים קרובות.";

const directionOf = (found: Locator) => found.evaluate((element) => getComputedStyle(element).direction);

test("formulas are set, prices are not, and a wide block scrolls inside itself", async ({ browser }) => {
  const rows = [{ prompt: "Solve it", responses: [FORMULAS, "Three."], task: "helpfulness" }];
  const workshop = await openWorkshop(browser, { pairs: 0, rows });
  const page = await atWork(browser, workshop, workshop.people[0]!);
  const answer = page.getByRole("region", { name: /^Answer/ }).filter({ hasText: "The roots" });
  await expect(answer.locator(".katex")).toHaveCount(2);
  // What a screen reader is given.
  await expect(answer.locator("math")).toHaveCount(2);
  await expect(answer).toContainText("It costs $5, or $7 with a pot.");
  await expect(answer.getByRole("cell", { name: "4", exact: true })).toBeVisible();
  await page.setViewportSize({ width: 360, height: 780 });
  await expect(answer.locator("pre")).toBeAttached();
  const code = await answer.locator("pre").evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
  expect(code).toBeGreaterThan(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await page.context().close();
});

test("Arabic and Hebrew run from right to left, their formulas from left to right", async ({ browser }) => {
  const rows = [
    { prompt: "كيف أعتني بنبتة السرخس؟", responses: [ARABIC, HEBREW], language: "ar", task: "helpfulness" },
  ];
  const workshop = await openWorkshop(browser, { pairs: 0, rows });
  const page = await atWork(browser, workshop, workshop.people[0]!);
  await expect(question(page).getByText("كيف أعتني")).toHaveAttribute("lang", "ar");
  expect(await directionOf(question(page).getByText("كيف أعتني"))).toBe("rtl");
  expect(await directionOf(page.getByText("השאר אותה"))).toBe("rtl");
  const list = page.getByRole("list").filter({ hasText: "اسقها" });
  expect(await directionOf(list)).toBe("rtl");
  const formula = page.locator(".katex");
  await expect(formula).toHaveCount(1);
  expect(await directionOf(formula)).toBe("ltr");
  await page.context().close();
});

test("a phone leaves the answers the room: the panel folds, stays in view, and says what is behind it", async ({
  browser,
}) => {
  const long = Array.from({ length: 40 }, (_, n) => `Step ${n + 1}: water it and turn it to the light.`).join("\n\n");
  const rows = [{ prompt: "How?", responses: [long, long.replaceAll("water", "wet")], task: "safety" }];
  const workshop = await openWorkshop(browser, { pairs: 0, task: "safety", rows });
  const context = await browser.newContext({ viewport: { width: 360, height: 780 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await signInAs(page, workshop.people[0]!);
  await page.goto(`/annotate/${workshop.projectId}`);
  await expect(steps(page)).toBeVisible({ timeout: 20_000 });
  const panel = (await steps(page).boundingBox())!;
  const head = (await page.getByRole("group", { name: "Answer in view" }).boundingBox())!;
  // Room between the switch and the panel.
  expect(panel.y - (head.y + head.height)).toBeGreaterThan(250);
  const submit = page.getByRole("button", { name: /^Submit/ });
  await expect(submit).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole("group", { name: "Why?" })).toBeHidden();
  await page.getByRole("button", { name: "More", exact: true }).tap();
  await page.getByRole("checkbox", { name: "factual" }).tap();
  await expect(submit).toBeInViewport({ ratio: 1 });
  await expect(page.getByRole("group", { name: "Answer in view" })).toBeInViewport();
  for (const target of await page.getByRole("main").locator("button:visible, label:visible").all()) {
    const box = await target.boundingBox();
    expect(box && Math.min(box.width, box.height), await target.innerText()).toBeGreaterThanOrEqual(24);
  }
  await page.getByRole("button", { name: "More · 1" }).tap();
  await expect(page.getByRole("group", { name: "Why?" })).toBeHidden();
  await steps(page).getByRole("radio").nth(1).tap();
  await page.getByRole("radio", { name: "both safe" }).tap();
  const sent = page.waitForRequest((request) => request.url().endsWith("/api/v1/comparisons"));
  await submit.tap();
  expect((await sent).postDataJSON()).toMatchObject({ safety: "both_safe", reasons: ["factual"] });
  await context.close();
});

test("the next item is drawn ahead: it stands there at once, at its top and with the focus, whatever the server does", async ({
  browser,
}) => {
  const long = Array.from({ length: 60 }, (_, n) => `Step ${n + 1}.`).join("\n\n");
  const rows = Array.from({ length: 3 }, (_, n) => ({
    prompt: `Which ${n}?`,
    responses: [`First ${n}. **Yes.** ${long}`, `Second ${n}. ${long}`],
    task: "helpfulness",
  }));
  const workshop = await openWorkshop(browser, { pairs: 0, rows });
  const page = await atWork(browser, workshop, workshop.people[0]!);
  await expect(steps(page)).toBeVisible();
  const first = await question(page).innerText();
  await expect(page.locator('[aria-label="Turn to be answered"]')).toHaveCount(2);
  await page.getByRole("main").evaluate((main) => main.scrollTo(0, 300));
  await page.route("**/api/v1/**", () => undefined);
  await page.keyboard.press("2");
  await page.keyboard.press("Enter");
  await expect(question(page)).not.toHaveText(first, { useInnerText: true });
  await expect(page.getByRole("region", { name: /^Item of/ })).toBeFocused();
  expect(await page.getByRole("main").evaluate((main) => main.scrollTop)).toBe(0);
  await expect(page.getByRole("radio", { checked: true })).toHaveCount(0);
  await page.context().close();
});

test("a tab of an older build is told so and loses nothing by reloading", async ({ browser }) => {
  const workshop = await openWorkshop(browser, { pairs: 1 });
  const context = await browser.newContext();
  // What is fetched while nobody waits is fetched when the test says so.
  await context.addInitScript(() => {
    const waiting: (() => void)[] = [];
    window.requestIdleCallback = (run) => waiting.push(() => run({ didTimeout: false, timeRemaining: () => 50 }));
    window.addEventListener("idle-now", () => {
      for (const run of waiting.splice(0)) run();
    });
  });
  const page = await context.newPage();
  await signInAs(page, workshop.people[0]!);
  await page.goto(`/annotate/${workshop.projectId}`);
  await expect(steps(page)).toBeVisible({ timeout: 20_000 });
  await page.keyboard.press("6");
  await page.route("**/_next/static/**", (route) => route.fulfill({ status: 404 }));
  await page.evaluate(() => window.dispatchEvent(new Event("idle-now")));
  const notice = page.getByRole("alert").filter({ hasText: "A new version of Pairwright is running." });
  await expect(notice).toBeVisible();
  await expect(page.getByRole("button", { name: /^Submit/ })).toBeInViewport({ ratio: 1 });
  await page.unroute("**/_next/static/**");
  await notice.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByRole("radio", { name: "B is slightly better" })).toBeChecked({ timeout: 20_000 });
  await expect(notice).toBeHidden();
  await context.close();
});
