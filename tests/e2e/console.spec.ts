/** The lead's console: settings, imports, snapshots, the way by keyboard, and who is sent away. screens.spec.ts opens every page. */
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "./accessible";
import { signIn } from "./people";

async function openProject(page: Page): Promise<string> {
  await page.goto("/console");
  await page.getByRole("heading", { level: 2 }).first().getByRole("link").click();
  await expect(page).toHaveURL(/\/console\/projects\/[0-9a-f-]{36}$/);
  return new URL(page.url()).pathname;
}

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
