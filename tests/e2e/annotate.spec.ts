/** What the annotator relies on beyond the plain judgement: drafts, the way back, a cut line, a phone, two languages, no barrier. */
import { expect, type Page, test } from "@playwright/test";
import { ANNOTATE_SCRIPTS_GZIP_BYTES_MAX, weighPage } from "../support/page-weight";
import { expectAccessible, expectFitsPhone } from "./accessible";
import { giveLeasesBack, signIn } from "./people";
import { question, steps } from "./workshop";

const dayCount = async (page: Page) => Number(/(\d+) today/.exec(await page.locator("header").innerText())?.[1]);

async function openCampaign(page: Page, name: string): Promise<void> {
  await page.goto("/annotate");
  await page.getByRole("link", { name: `Start ${name}` }).click();
  await expect(steps(page)).toBeVisible({ timeout: 15_000 });
}

/** A loaded machine takes its time until the item stands again. */
async function reload(page: Page): Promise<void> {
  await page.reload();
  await expect(steps(page)).toBeVisible({ timeout: 15_000 });
}

/** The browser reports each refused script, style or connection on the console. */
function policyViolations(page: Page): string[] {
  const found: string[] = [];
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) found.push(message.text());
  });
  return found;
}

test.beforeEach(async ({ page }) => {
  await signIn(page, "annotator");
  await giveLeasesBack(page);
  // Covered texts are what welfare.spec.ts looks at.
  const headers = { origin: new URL(page.url()).origin };
  const shown = await page.request.patch("/api/v1/me/preferences", { headers, data: { blurHarmful: false } });
  expect(shown.ok()).toBe(true);
});

test("nothing is chosen at first, and an incomplete verdict says what is missing", async ({ page }) => {
  await openCampaign(page, "Careful answers");
  await expect(page.getByRole("radio", { checked: true })).toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(page.getByText("Choose one of the eight steps (1–8).")).toBeVisible();
  await page.keyboard.press("2");
  await page.keyboard.press("x");
  await expect(page.getByLabel("Why is the unsafe answer the better one?")).toBeFocused();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Say why the unsafe answer is better.")).toBeVisible();
});

test("a draft survives a reload, and keys rest while typing", async ({ page }) => {
  await openCampaign(page, "Careful answers");
  const asked = await question(page).innerText();
  await page.keyboard.press("6");
  await page.keyboard.press("n");
  await page.keyboard.type("1 q because u");
  await expect(page.getByText(/draft saved/)).toBeVisible();
  await reload(page);
  await expect(question(page)).toHaveText(asked, { useInnerText: true });
  await expect(page.getByLabel("Note for this judgement")).toHaveValue("1 q because u");
  await expect(page.getByRole("radio", { name: "B is slightly better" })).toBeChecked();
});

test("u calls a judgement back, and later replaces it", async ({ page }) => {
  await openCampaign(page, "Careful answers");
  const first = await question(page).innerText();
  const count = await dayCount(page);
  await page.keyboard.press("7");
  await page.keyboard.press("w");
  await page.keyboard.press("Enter");
  await page.keyboard.press("u");
  await expect(page.getByRole("button", { name: "Submit" })).toBeEnabled();
  await expect(question(page)).toHaveText(first, { useInnerText: true });
  await page.keyboard.press("Enter");
  await expect.poll(() => dayCount(page)).toBe(count + 1);
  await page.keyboard.press("u");
  await expect(page.getByText("You are changing an earlier judgement.")).toBeVisible();
  await expect(page.getByRole("radio", { name: "B is better", exact: true })).toBeChecked();
  await page.keyboard.press("1");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Judgement changed", { exact: true })).toBeVisible();
  expect(await dayCount(page)).toBe(count + 1);
});

test("a judgement made without a connection is sent once when it is back", async ({ page, context }) => {
  await openCampaign(page, "Everyday questions");
  const sent: (string | undefined)[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/v1/comparisons")) sent.push(request.headers()["idempotency-key"]);
  });
  await context.setOffline(true);
  await page.keyboard.press("3");
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 not sent yet")).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText("1 not sent yet")).toBeHidden({ timeout: 20_000 });
  expect(new Set(sent).size).toBe(1);
});

test("while the next item is on its way, keys do not touch the one just judged", async ({ page }) => {
  let letThrough = () => {};
  const gate = new Promise<void>((open) => {
    letThrough = open;
  });
  let shown = false;
  await page.route("**/api/v1/assignments", async (route) => {
    if (shown) await gate;
    await route.continue();
  });
  page.on("response", (answer) => {
    shown ||= answer.url().endsWith("/api/v1/assignments") && answer.status() === 201;
  });
  await openCampaign(page, "Everyday questions");
  const first = await question(page).innerText();
  const count = await dayCount(page);
  await page.keyboard.press("3");
  await page.keyboard.press("Enter");
  await expect.poll(() => dayCount(page)).toBe(count + 1);
  await page.keyboard.press("6");
  await expect(page.getByRole("radio", { name: "A is slightly better" })).toBeChecked();
  await expect(page.getByRole("button", { name: "Submitted" })).toBeDisabled();
  letThrough();
  await expect(question(page)).not.toHaveText(first, { useInnerText: true });
  await expect(page.getByRole("radio", { checked: true })).toHaveCount(0);
  await page.keyboard.press("6");
  await page.keyboard.press("Enter");
  await expect.poll(() => dayCount(page)).toBe(count + 2);
});

test("e turns the preferred answer into a better one, kept over a reload and sent along", async ({ page }) => {
  await openCampaign(page, "Everyday questions");
  const editor = page.getByRole("textbox", { name: "Your better answer" });
  await page.keyboard.press("e");
  await expect(page.getByText("Choose one of the eight steps (1–8).")).toBeVisible();
  await page.keyboard.press("2");
  await page.keyboard.press("e");
  await expect(editor).toBeFocused();
  await expect(editor).not.toBeEmpty();
  // Not behind the panel that stays in view.
  const isSeen = editor.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [y + 4, y + height / 2].every((at) => element.contains(document.elementFromPoint(x + width / 2, at)));
  });
  expect(await isSeen).toBe(true);
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" One more useful sentence.");
  await expect(page.getByRole("region", { name: "Your better answer" }).locator("mark")).toContainText("One more");
  await expect(page.getByText(/draft saved/)).toBeVisible();
  await reload(page);
  await expect(editor).toHaveValue(/One more useful sentence\.$/);
  const sent = page.waitForRequest((request) => request.url().endsWith("/api/v1/comparisons"));
  await page.keyboard.press("Enter");
  expect((await sent).postDataJSON().editedResponse).toMatch(/One more useful sentence\.$/);
});

test("skipping asks for a reason and brings another item", async ({ page }) => {
  await openCampaign(page, "Everyday questions");
  const skipped = await question(page).innerText();
  await page.keyboard.press("s");
  await page.getByRole("button", { name: "The text is broken" }).click();
  await page.getByRole("button", { name: "Skip item" }).click();
  await expect(question(page)).not.toHaveText(skipped, { useInnerText: true });
});

test("s, a digit and Enter skip by keyboard alone", async ({ page }) => {
  await openCampaign(page, "Everyday questions");
  const skipped = await question(page).innerText();
  const sent = page.waitForRequest((request) => request.url().endsWith("/skip"));
  await page.keyboard.press("s");
  await expect(page.getByRole("dialog", { name: "Skip this item" })).toBeVisible();
  await page.keyboard.press("2");
  await expect(page.getByRole("button", { name: "Skip item" })).toBeFocused();
  await page.keyboard.press("Enter");
  expect((await sent).postDataJSON()).toEqual({
    reason: "I lack the knowledge to judge it",
    mode: "requeue_for_others",
  });
  await expect(question(page)).not.toHaveText(skipped, { useInnerText: true });
});

test("reasons, risk and 'neither is acceptable' stand beside the forced choice, and the history brings them back", async ({
  page,
}) => {
  await openCampaign(page, "Careful answers");
  await page.keyboard.press("2");
  await page.keyboard.press("r");
  await page.keyboard.press("0");
  await page.getByRole("checkbox", { name: "factual" }).check();
  await page.getByRole("combobox", { name: "Risk category" }).selectOption("hateful_and_harmful");
  await page.getByRole("combobox", { name: "Attack vector" }).selectOption("perspective");
  await page.getByRole("radio", { name: /^Severity 2/ }).check();
  await page.getByRole("region", { name: /^Item of/ }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText(/The severity does not fit/)).toBeVisible();
  await page.getByRole("radio", { name: /^Severity 4/ }).check();
  const sent = page.waitForRequest((request) => request.url().endsWith("/api/v1/comparisons"));
  const stored = page.waitForResponse((answer) => answer.url().endsWith("/api/v1/comparisons"));
  await page.keyboard.press("Enter");
  expect((await sent).postDataJSON()).toMatchObject({
    preferred: "a",
    strength: "better",
    safety: "both_unsafe",
    bothUnacceptable: true,
    reasons: ["factual"],
    riskCategory: "hateful_and_harmful",
    attackVector: "perspective",
    severity: 4,
  });
  expect((await stored).status()).toBe(201);
  await page.keyboard.press("h");
  const recent = page.getByRole("dialog", { name: "Recent decisions" });
  await recent
    .getByRole("button", { name: /A is better/ })
    .first()
    .click();
  await expect(page.getByText("You are changing an earlier judgement.")).toBeVisible();
  await expect(page.getByRole("checkbox", { name: "Neither is acceptable" })).toBeChecked();
  await expect(page.getByRole("radio", { name: /^Severity 4/ })).toBeChecked();
});

test("keys can be changed: a taken key is refused, the new one is printed and works after a reload", async ({
  page,
}) => {
  await openCampaign(page, "Everyday questions");
  await page.keyboard.press("?");
  await page.getByRole("button", { name: "Change keys…" }).click();
  const row = page.getByRole("button", { name: /^Word diff: key/ });
  await row.click();
  await page.keyboard.press("q");
  await expect(page.getByText("q already belongs to")).toBeVisible();
  await page.keyboard.press("v");
  await expect(row).toHaveText("v");
  await page.getByRole("button", { name: "Save keys" }).click();
  await expect(page.getByRole("button", { name: "Change keys…" })).toBeVisible();
  await page.keyboard.press("Escape");
  await reload(page);
  const diff = page.getByRole("button", { name: "Word diff" });
  await expect(diff).toContainText("v");
  await page.keyboard.press("v");
  await expect(diff).toHaveAttribute("aria-pressed", "true");
  const headers = { origin: new URL(page.url()).origin };
  await page.request.patch("/api/v1/me/preferences", { headers, data: { shortcuts: {} } });
});

test("guidelines stand beside the item while the keys work, and what changed is shown once", async ({
  page,
  browser,
}) => {
  await openCampaign(page, "Everyday questions");
  const beside = page.getByRole("complementary", { name: "Guidelines" });
  const read = page.waitForResponse((answer) => answer.url().endsWith("/read"));
  await page.keyboard.press("g");
  await expect(beside).toBeVisible();
  await page.keyboard.press("3");
  await expect(page.getByRole("radio", { name: "A is slightly better" })).toBeChecked();
  expect((await read).status()).toBe(200);

  const lead = await (await browser.newContext()).newPage();
  await signIn(lead, "lead");
  const headers = { origin: new URL(lead.url()).origin };
  const { rows } = await (await lead.request.get("/api/v1/projects")).json();
  const path = `/api/v1/projects/${rows[0].id}/guidelines`;
  const old = (await (await lead.request.get(path)).json()).rows.find(
    (row: { task: string; locale: string }) => row.task === "helpfulness" && row.locale === "en",
  );
  const data = {
    task: "helpfulness",
    locale: "en",
    body: `${old.body}

Reward honest doubt.`,
  };
  expect((await lead.request.post(path, { headers, data })).status()).toBe(201);
  await lead.context().close();

  await giveLeasesBack(page);
  await openCampaign(page, "Everyday questions");
  const changed = page.getByRole("region", { name: "What changed" });
  await expect(changed.locator("ins")).toHaveText("Reward honest doubt.");
  await changed.getByRole("button", { name: "I have read it" }).click();
  await expect(changed).toBeHidden();
  await reload(page);
  await expect(beside).toBeHidden();
});

test("the page on which people work stays light", async ({ page }) => {
  const { rows } = await (await page.request.get("/api/v1/projects")).json();
  const weight = await weighPage(page.request, `/annotate/${rows[0].id}`);
  expect(weight.scriptsGzipBytes).toBeLessThan(ANNOTATE_SCRIPTS_GZIP_BYTES_MAX);
});

test("on a phone A and B are two cards behind a switch", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openCampaign(page, "Everyday questions");
  await page.getByRole("button", { name: "B", exact: true }).click();
  await expect(page.getByRole("region", { name: "Answer B" })).toBeInViewport({ ratio: 0.9 });
  await expectFitsPhone(page);
});

test("the language follows the choice, and colours follow the system", async ({ page }) => {
  await page.goto("/annotate");
  await page.getByLabel("Interface language").selectOption("ko");
  await expect(page.getByRole("heading", { name: "내 작업" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "ko");
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByLabel("화면 언어").selectOption("en");
  await expect(page.getByRole("heading", { name: "My work" })).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const)
  test(`no WCAG AA barrier and no refused resource (${colorScheme})`, async ({ page }) => {
    const violations = policyViolations(page);
    await page.emulateMedia({ colorScheme });
    await page.goto("/annotate");
    await expect(page.getByRole("link", { name: "Start Careful answers" })).toBeVisible();
    await expectAccessible(page);
    await openCampaign(page, "Careful answers");
    await page.keyboard.press("7");
    await expectAccessible(page);
    await page.keyboard.press("g");
    await expect(page.getByRole("complementary", { name: "Guidelines" })).toBeVisible();
    await expectAccessible(page);
    expect(violations).toEqual([]);
  });
