/** From an entry test that a lead adds to the certificate that an annotator earns by keyboard, and loses again. */
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible, expectFitsPhone } from "./accessible";
import { signIn } from "./people";

/** What the team answers, by a word of the question. */
const TEAM = { boil: "1", Australia: "8", Translate: "6", birthday: "1", rice: "2" } as const;

async function openOnboarding(page: Page, tab = ""): Promise<void> {
  const { rows } = await (await page.request.get("/api/v1/projects")).json();
  await page.goto(`/console/projects/${rows[0].id}/onboarding${tab}`);
}

async function answerByKeyboard(page: Page): Promise<void> {
  const question = page.getByRole("region", { name: /^Question \d of 5$/ });
  const text = await question.innerText();
  const word = Object.keys(TEAM).find((key) => text.includes(key)) as keyof typeof TEAM;
  await page.keyboard.press(TEAM[word]);
  await expect(question.getByRole("radio", { checked: true })).toHaveCount(1);
}

test("a lead publishes a test, an annotator passes it by keyboard and is certified", async ({ page, browser }) => {
  test.slow();
  await signIn(page, "lead");
  await openOnboarding(page);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Add a test" }).click();
  await page.getByRole("radio", { name: /Grading and ranking/ }).check();
  await page.getByRole("button", { name: "Add as a draft" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Grading and ranking" })).toBeVisible();
  await page.getByRole("button", { name: "Fit to the number of questions" }).click();
  await expectAccessible(page);
  await expectFitsPhone(page);
  await page.getByRole("button", { name: "Publish…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("5 of 31 questions");
  await dialog.getByRole("button", { name: "Publish all the same" }).click();
  await expect(page.getByText("Version 1 published")).toBeVisible();

  const annotator = await (await browser.newContext()).newPage();
  await signIn(annotator, "annotator");
  await annotator.goto("/annotate");
  await annotator.getByRole("link", { name: "Entry tests" }).first().click();
  await annotator.getByRole("button", { name: "Start Grading and ranking" }).click();
  await annotator.getByRole("button", { name: "Start now" }).click();
  await expect(annotator.getByRole("timer")).toHaveText(/^(59|1:00):\d\d$/);
  await answerByKeyboard(annotator);
  await expect(annotator.getByText("All answers saved")).toBeVisible();
  await expectAccessible(annotator);
  await expectFitsPhone(annotator);
  await annotator.reload();
  await expect(annotator.getByRole("button", { name: /^Question \d, answered$/ })).toHaveCount(1);
  for (let number = 2; number <= 5; number += 1) {
    await expect(annotator.getByRole("heading", { name: `Question ${number} of 5` })).toBeVisible();
    await answerByKeyboard(annotator);
    await annotator.keyboard.press("Enter");
  }
  await expect(annotator.getByRole("dialog")).toContainText("Everything is answered.");
  await annotator.getByRole("button", { name: "Hand in now" }).click();
  await expect(annotator.getByText("5 of 5 as the team")).toBeVisible();
  await expectAccessible(annotator);
  await annotator.getByRole("link", { name: "To the tests" }).click();
  await expect(annotator.getByText("Certified", { exact: true })).toBeVisible();
  await expectAccessible(annotator);

  await openOnboarding(page, "?tab=certificates");
  await page.getByRole("button", { name: "Revoke the certificate of Ana Annotator" }).click();
  await page.getByLabel("Reason").fill("Only a rehearsal.");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("Only a rehearsal.")).toBeVisible();
  await annotator.reload();
  await expect(annotator.getByText("Your certificate ended.", { exact: false })).toContainText("Only a rehearsal.");
  await openOnboarding(page, "?tab=attempts");
  await expect(page.getByRole("row", { name: /Grading and ranking, version 1/ })).toContainText("Passed");
  await openOnboarding(page);
  await page.getByRole("button", { name: "Archive Grading and ranking" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive" }).click();
  await expect(page.getByRole("button", { name: "Archive Grading and ranking" })).toHaveCount(0);
});

test("a written answer is graded without a name, by keys, and its writer reads the comment", async ({
  page,
  browser,
}) => {
  test.slow();
  await signIn(page, "lead");
  await openOnboarding(page);
  await page.getByRole("button", { name: "Add a test" }).click();
  await page.getByRole("radio", { name: /Writing prompts/ }).check();
  await page.getByRole("button", { name: "Add as a draft" }).click();
  await page.getByLabel("Answers needed").fill("1");
  await page.getByRole("button", { name: "Publish…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Publish", exact: true }).click();
  await expect(page.getByText("Version 1 published")).toBeVisible();

  const annotator = await (await browser.newContext()).newPage();
  await signIn(annotator, "annotator");
  await annotator.goto("/annotate");
  await annotator.getByRole("link", { name: "Entry tests" }).first().click();
  await annotator.getByRole("button", { name: "Start Writing prompts" }).click();
  await annotator.getByRole("button", { name: "Start now" }).click();
  await annotator.getByLabel("Your prompt").fill("I have eggs, rice and an onion. What can I cook in twenty minutes?");
  await expect(annotator.getByText("All answers saved")).toBeVisible();
  await annotator.getByRole("button", { name: "Hand in", exact: true }).click();
  await annotator.getByRole("button", { name: "Hand in now" }).click();
  await expect(annotator.getByText("Reviewers grade what you wrote.", { exact: false })).toBeVisible();

  const reviewer = await (await browser.newContext()).newPage();
  await signIn(reviewer, "reviewer");
  await reviewer.goto("/console/grading");
  // Two answers of the demo's own test came before this one.
  for (const waiting of ["3 answers wait", "2 answers wait"]) {
    await expect(reviewer.getByText(waiting)).toBeVisible();
    await reviewer.keyboard.press("5");
    await reviewer.keyboard.press("Enter");
  }
  await expect(reviewer.getByText("I have eggs, rice and an onion.", { exact: false })).toBeVisible();
  await expectAccessible(reviewer);
  await expectFitsPhone(reviewer);
  await reviewer.keyboard.press("3");
  await expect(reviewer.getByText("A grade of 3 or below needs a comment that helps.")).toBeVisible();
  await reviewer.getByLabel("Comment").fill("Say who you cook for.");
  await reviewer.keyboard.press("Control+Enter");
  await expect(reviewer.getByText("Nothing waits for a grade")).toBeVisible();

  await annotator.reload();
  await expect(annotator.getByText("Say who you cook for.")).toBeVisible();
  await expect(annotator.getByText("needed: more than 4")).toBeVisible();
  await openOnboarding(page);
  await page.getByRole("button", { name: "Archive Writing prompts" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive" }).click();
  await expect(page.getByRole("button", { name: "Archive Writing prompts" })).toHaveCount(0);
});
