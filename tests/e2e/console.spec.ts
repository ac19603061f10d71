/** The lead's console: every screen opens without a crash and without an accessibility violation, on a desk and on a phone, in English and Korean. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { signIn } from "./people";

const PAGES = {
  "": "Rounds",
  "/campaigns": "Campaigns",
  "/items": "Items",
  "/comparisons": "Judgements",
  "/quality": "Quality",
  "/gold-items": "Gold items",
  "/data": "Data",
  "/prompts": "Prompts",
  "/training-runs": "Training",
  "/reward-models": "Reward models",
  "/rejection-sampling": "Rejection sampling",
  "/ghost-attention": "Ghost Attention",
  "/policies": "Policies",
  "/guidelines": "Guidelines",
  "/onboarding": "Onboarding",
  "/members": "Members",
  "/audit": "Audit",
  "/webhooks": "Webhooks",
  "/settings": "Settings",
} as const;

async function openProject(page: Page): Promise<string> {
  await page.goto("/console");
  await page.getByRole("heading", { level: 2 }).first().getByRole("link").click();
  await expect(page).toHaveURL(/\/console\/projects\/[0-9a-f-]{36}$/);
  return new URL(page.url()).pathname;
}

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa"]).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(", ")}`)).toEqual([]);
}

test("every project screen opens, is accessible and fits a phone", async ({ page }) => {
  test.slow();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await signIn(page, "lead");
  const base = await openProject(page);
  for (const [path, title] of Object.entries(PAGES)) {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${base}${path}`);
    await expect(page.getByRole("heading", { level: 1, name: title, exact: true })).toBeVisible();
    await page.waitForLoadState("networkidle");
    await expectAccessible(page);
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth), `${title} at 360 px`).toBeLessThanOrEqual(
      360,
    );
  }
  expect(problems).toEqual([]);
});

test("settings are kept, and a bad file is refused with its line", async ({ page }) => {
  await signIn(page, "lead");
  const base = await openProject(page);
  await page.goto(`${base}/settings`);
  const comparisons = page.getByLabel("Comparisons needed to start");
  await comparisons.fill("19");
  await page.getByRole("button", { name: "Save settings" }).click();
  await expect(page.getByText("Settings saved", { exact: true })).toBeVisible();
  await page.reload();
  await expect(comparisons).toHaveValue("19");

  await page.goto(`${base}/data`);
  const file = { name: "bad.jsonl", mimeType: "application/x-ndjson", buffer: Buffer.from('{"prompt": \n') };
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByText("The import was refused")).toBeVisible();
  await expect(page.getByText(/Nothing was written/)).toBeVisible();
});

test("a snapshot can be frozen and shows its datasheet", async ({ page }) => {
  await signIn(page, "lead");
  const base = await openProject(page);
  await page.goto(`${base}/data`);
  await page.getByRole("button", { name: "Create a snapshot" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("By hand");
  await page.getByRole("dialog").getByRole("button", { name: "Create a snapshot" }).click();
  await expect(page.getByRole("dialog", { name: "By hand" })).toContainText("SHA-256 of the manifest");
});

test("Ctrl-K goes to a page by a few letters", async ({ page }) => {
  await signIn(page, "lead");
  await openProject(page);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to" }).fill("quali");
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/quality$/);
  await expect(page.getByRole("heading", { level: 1, name: "Quality" })).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("an annotator is sent away from the console", async ({ page }) => {
  await signIn(page, "annotator");
  await page.goto("/console");
  await expect(page).toHaveURL(/\/annotate/);
});
