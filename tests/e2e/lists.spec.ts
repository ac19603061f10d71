/** The console's lists: filter, keep a view, pick, change many rows and take it back. */
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "./accessible";
import { signIn } from "./people";

async function openItems(page: Page): Promise<void> {
  await signIn(page, "lead");
  await page.goto("/console");
  await page.getByRole("heading", { level: 2 }).first().getByRole("link").click();
  await expect(page).toHaveURL(/\/console\/projects\/[0-9a-f-]{36}$/);
  await page.goto(`${new URL(page.url()).pathname}/items`);
  await expect(page.getByRole("heading", { level: 1, name: "Items", exact: true })).toBeVisible();
}

test("many items are withdrawn after a preview, and put back", async ({ page }) => {
  test.slow();
  await openItems(page);
  const table = page.getByRole("table", { name: "Items" });
  await page.getByLabel("State", { exact: true }).selectOption("open");
  await expect(page).toHaveURL(/state=open/);
  const picks = table.getByRole("checkbox", { name: /^Pick: / });
  await expect(picks.first()).toBeVisible();

  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByLabel("Save this view as").fill("What is open");
  await page.getByRole("button", { name: "Save view" }).click();
  await expect(page.getByRole("dialog").getByRole("button", { name: "What is open", exact: true })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Escape");

  await picks.nth(0).check();
  await picks.nth(1).check();
  await expect(page.getByText("2 rows picked")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Withdraw" }).click();
  const dialog = page.getByRole("dialog", { name: "Withdraw" });
  await expect(dialog).toContainText("2 rows would change of 2 picked");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Change 2 rows" }).click();
  await expect(page.getByText("2 rows changed", { exact: true })).toBeVisible();
  await expect(page.getByText("Pick rows to change many at once.")).toBeVisible();

  await page.getByLabel("State", { exact: true }).selectOption("withdrawn");
  await expect(picks).toHaveCount(2);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("2 rows put back", { exact: true })).toBeVisible();
  await expect(page.getByText("No item under these filters")).toBeVisible();

  await page.getByRole("button", { name: "Recent changes" }).click();
  await expect(page.getByRole("dialog")).toContainText("Withdraw: 2 rows");
  await expect(page.getByRole("dialog")).toContainText("undone");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "What is open", exact: true }).click();
  await expect(page).toHaveURL(/state=open/);
  await expect(picks.first()).toBeVisible();
});

test("the file holds the columns that are shown", async ({ page }) => {
  await openItems(page);
  await page.getByRole("button", { name: "Columns", exact: true }).click();
  // The address decides what is shown, and React reads it a moment after the click: `uncheck` would look too early.
  const prompt = page.getByRole("checkbox", { name: "Prompt", exact: true });
  await prompt.click();
  await expect(prompt).not.toBeChecked();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("columnheader", { name: "Prompt" })).toHaveCount(0);
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  const stream = await (await coming).createReadStream();
  let text = "";
  for await (const piece of stream) text += String(piece);
  expect(text.split("\r\n")[0]).toBe("state,campaign,kind,judgements,inWork,language,category,created");
});

test("a webhook to a private address is refused", async ({ page }) => {
  await openItems(page);
  await page.goto(page.url().replace(/items.*/, "webhooks"));
  await expect(page.getByText("No webhook yet")).toBeVisible();
  await page.getByRole("button", { name: "Add a webhook" }).click();
  await page.getByLabel("Address").fill("https://127.0.0.1/hook");
  await page.getByRole("checkbox", { name: "new judgements" }).check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(/private or reserved range/)).toBeVisible();
  await expectAccessible(page);
});
