/** The second look by keyboard: approve, take back, reject, fix; the disagreement that follows. */
import { type Browser, expect as briefly, type Page, test } from "@playwright/test";
import { expectAccessible, expectFitsPhone } from "./accessible";
import { loginOf, signIn, signInAs } from "./people";
import { openWorkshop, type Person, type Workshop } from "./workshop";

/** A claim takes in what was judged just before, which a busy machine takes its time for. */
const expect = briefly.configure({ timeout: 30_000 });
test.setTimeout(360_000);

/** Judges everything there is through the API; `flagged` asks for a reviewer. */
async function judgeAll(browser: Browser, { projectId }: Workshop, person: Person, preferred: string): Promise<void> {
  const page = await (await browser.newContext()).newPage();
  await signInAs(page, person);
  const headers = { origin: new URL(page.url()).origin };
  for (let count = 0; ; count += 1) {
    const leased = await page.request.post("/api/v1/assignments", { headers, data: { projectId } });
    if (leased.status() === 204) break;
    const { assignmentId, item } = await leased.json();
    const side = item.responseA.includes(preferred) ? "a" : "b";
    const answer = await page.request.post("/api/v1/comparisons", {
      headers: { ...headers, "idempotency-key": `reviews-${person.id}-${count}` },
      data: {
        assignmentId,
        preferred: side,
        strength: "better",
        tags: ["flagged"],
        rationale: "It says how often.",
        durationMs: 9000,
      },
    });
    expect(answer.status(), await answer.text()).toBe(201);
  }
  await page.context().close();
}

async function addReviewer(browser: Browser, { projectId }: Workshop): Promise<void> {
  const admin = await (await browser.newContext()).newPage();
  await signIn(admin, "admin");
  const headers = { origin: new URL(admin.url()).origin };
  const data = { email: loginOf("reviewer").email };
  expect((await admin.request.post(`/api/v1/projects/${projectId}/members`, { headers, data })).ok()).toBe(true);
  await admin.context().close();
}

const toast = (page: Page, text: string) => page.getByText(text, { exact: true }).first();

test("a reviewer works through judgements by keyboard and finds the disagreements", async ({ browser, page }, info) => {
  const workshop = await openWorkshop(browser, { pairs: 3, overlap: 2, annotators: 2 });
  await addReviewer(browser, workshop);
  await judgeAll(browser, workshop, workshop.people[0]!, "Water");
  await judgeAll(browser, workshop, workshop.people[1]!, "Forget");
  await signIn(page, "reviewer");
  await page.goto(`/console/reviews?project=${workshop.projectId}`);
  const place = page.getByText(/^1 of 5 at hand$/);
  await expect(place).toBeVisible();
  await expect(page.getByRole("tab", { name: "Review 6" })).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: info.outputPath("review.png"), fullPage: true });

  await page.keyboard.press("a");
  await expect(toast(page, "Approved")).toBeVisible();
  await expect(page.getByRole("tab", { name: "Review 5" })).toBeVisible();
  await page.keyboard.press("u");
  await expect(toast(page, "Taken back")).toBeVisible();

  await page.keyboard.press("x");
  const feedback = page.getByLabel("Feedback to the annotator");
  await expect(feedback).toBeFocused();
  await page.keyboard.type("a question of taste, not of facts");
  await page.screenshot({ path: info.outputPath("reject.png"), fullPage: true });
  await page.keyboard.press("Control+Enter");
  await expect(toast(page, "Rejected")).toBeVisible();
  await expect(page.getByRole("tab", { name: "Review 5" })).toBeVisible();

  await page.keyboard.press("f");
  await page.keyboard.press("2");
  await page.keyboard.press("1");
  await page.screenshot({ path: info.outputPath("fix.png"), fullPage: true });
  await page.keyboard.press("Enter");
  await expect(toast(page, "Fixed")).toBeVisible();
  await expect(page.getByRole("tab", { name: "Review 4" })).toBeVisible();

  await page.getByRole("tab", { name: /^Disagreements/ }).click();
  await expect(page.getByText("Annotator 2", { exact: true })).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: info.outputPath("disagreements.png"), fullPage: true });
});

test("the review screen fits a phone, in the dark and in Korean", async ({ browser }, info) => {
  const workshop = await openWorkshop(browser, { pairs: 1, overlap: 1, annotators: 1, task: "helpfulness" });
  await addReviewer(browser, workshop);
  await judgeAll(browser, workshop, workshop.people[0]!, "Water");
  const context = await browser.newContext({
    viewport: { width: 360, height: 740 },
    colorScheme: "dark",
    hasTouch: true,
  });
  const page = await context.newPage();
  await signIn(page, "reviewer");
  const headers = { origin: new URL(page.url()).origin };
  await page.request.patch("/api/v1/me", { headers, data: { locale: "ko" } });
  try {
    await page.goto(`/console/reviews?project=${workshop.projectId}`);
    await expect(page.getByRole("button", { name: /^승인/ })).toBeVisible();
    await expectFitsPhone(page);
    await expectAccessible(page);
    await page.screenshot({ path: info.outputPath("phone.png"), fullPage: true });
    await page.getByRole("button", { name: /^수정…/ }).click();
    await page.screenshot({ path: info.outputPath("phone-fix.png"), fullPage: true });
  } finally {
    await page.request.patch("/api/v1/me", { headers, data: { locale: "en" } });
    await context.close();
  }
});
