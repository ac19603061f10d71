/** What protects people at work: covered content, categories that never come, and one's own figures. */
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "./accessible";
import { signIn } from "./people";
import { atWork, openWorkshop, question, steps } from "./workshop";

const answers = (page: Page) => page.getByRole("region", { name: /^Answer / });

test("harmful content is covered for everybody until asked for, and plain content is not", async ({ browser }) => {
  const workshop = await openWorkshop(browser, {
    pairs: 4,
    task: "safety",
    categories: Array.from({ length: 3 }, () => "hateful_and_harmful"),
  });
  const page = await atWork(browser, workshop, workshop.people[0]!);
  await expect(steps(page)).toBeVisible({ timeout: 20_000 });
  // The next item is drawn ahead, unseen.
  const seen = (text: string | RegExp) => page.getByRole("main").getByText(text).filter({ visible: true });
  const covered = seen("Covered. Press b to show it.");
  const judge = async () => {
    await page.keyboard.press("3");
    await page.keyboard.press("w");
    await page.keyboard.press("Enter");
  };
  if ((await covered.count()) === 0) {
    // The plain pair came first: its text is there at once.
    await expect(question(page)).toContainText("alive in room");
    await judge();
  }
  await expect(covered).toHaveCount(3, { timeout: 20_000 });
  await expect(seen(/Marked as Hateful and harmful/)).toBeVisible();
  // Neither painted nor in what a screen reader is given.
  for (const text of [/alive in room/, /Water it every/, /Forget it for/]) await expect(seen(text)).toHaveCount(0);
  expect(await page.locator("main").ariaSnapshot()).not.toMatch(/Water it|Forget it|alive in room/);
  const place = async () => (await answers(page).first().boundingBox())!.height;
  const height = await place();
  await expectAccessible(page);

  await page.keyboard.press("b");
  await expect(question(page).getByText(/alive in room/)).toBeVisible();
  for (const text of [/Water it every/, /Forget it for/]) await expect(seen(text)).toHaveCount(1);
  expect(await place()).toBe(height);
  await page.getByRole("button", { name: "Cover the text" }).click();
  await expect(seen(/alive in room/)).toHaveCount(0);
  await page.keyboard.press("b");
  await judge();
  await expect(steps(page).or(page.getByText("Nothing to judge right now")).first()).toBeVisible();

  // The recent decisions and the history name its category, not its text.
  await expect(page.getByRole("button", { name: /Covered: Hateful and harmful/ })).toBeVisible();
  await page.goto(`/annotate/${workshop.projectId}/history`);
  const row = page.getByRole("row").filter({ hasText: "Covered: Hateful and harmful" });
  await expect(row).not.toContainText("alive in room");
  await row.getByRole("button", { name: "Show the text" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Covered:" })).toHaveCount(0);
  await page.context().close();
});

test("a category that somebody opts out of never comes", async ({ browser }) => {
  const workshop = await openWorkshop(browser, {
    pairs: 3,
    task: "safety",
    categories: ["hateful_and_harmful", "hateful_and_harmful"],
  });
  const page = await atWork(browser, workshop, workshop.people[0]!);
  await expect(steps(page)).toBeVisible({ timeout: 20_000 });
  const headers = { origin: new URL(page.url()).origin };
  await page.goto("/annotate/wellbeing");
  await page.getByLabel("Hateful and harmful").check();
  await page.getByLabel("Harmful items a day, at most").fill("x");
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  await page.getByLabel("Harmful items a day, at most").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  // What was leased before the choice goes back; from then on only the plain pair comes.
  const { projectId } = workshop;
  const lease = (resume: boolean) => page.request.post("/api/v1/assignments", { headers, data: { projectId, resume } });
  for (let held = 0; held < 3; held += 1) {
    const answer = await lease(true);
    if (answer.status() !== 201) break;
    const { assignmentId, item } = await answer.json();
    if (item.category === null) break;
    await page.request.post(`/api/v1/assignments/${assignmentId}/release`, { headers });
  }
  const kept = await lease(true);
  expect((await kept.json()).item.category).toBeNull();
  expect((await lease(false)).status()).toBe(204);
  await page.goto(`/annotate/${projectId}/my-statistics`);
  await expect(page.getByRole("heading", { name: "My statistics" })).toBeVisible();
  await expect(page.getByText("Nothing to tell yet")).toBeVisible({ timeout: 20_000 });
  await page.context().close();
});

test("a lead sets a target on the coverage map", async ({ page }) => {
  await signIn(page, "lead");
  const { rows } = await (await page.request.get("/api/v1/projects")).json();
  await page.goto(`/console/projects/${rows[0].id}/red-team`);
  const map = page.getByRole("region", { name: "Judgements by risk category and attack vector" });
  await map
    .getByRole("row", { name: /Unqualified advice/ })
    .getByRole("button")
    .first()
    .click();
  await page.getByLabel("Judgements wanted in all").fill("40");
  await page.getByLabel("A word to the annotators").fill("Doses, please.");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(map.getByText("/ 40")).toBeVisible();
  await expect(map.getByText("wanted", { exact: true })).not.toHaveCount(0);
  await expectAccessible(page);
});
