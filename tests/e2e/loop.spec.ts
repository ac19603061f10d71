/**
 * One whole round as people meet it: an annotator judges by keyboard and talks to two live models, a lead runs a round that really
 * trains both reward models on wasm, and what the round made is back in the annotator's queue.
 */
import { expect, type Page, test } from "@playwright/test";
import { giveLeasesBack, signIn } from "./people";

const ROUND_MINUTES_MAX = 8;

/** Waits for an item that is not the one before, and returns its question. */
async function waitForItem(page: Page): Promise<void> {
  await expect(page.getByRole("radiogroup", { name: "Which is better, and by how much?" })).toBeVisible();
  await expect(page.getByRole("radio", { name: /is .*better/ }).first()).toBeEnabled();
}

async function judgedToday(page: Page): Promise<number> {
  const text = await page
    .getByText(/\d+ today/)
    .first()
    .textContent();
  return Number(/(\d+) today/.exec(text ?? "")?.[1]);
}

async function startCampaign(page: Page, name: string | RegExp): Promise<void> {
  await page.goto("/annotate");
  const start = page.getByRole("link", { name: typeof name === "string" ? `Start ${name}` : name }).first();
  await start.focus();
  await page.keyboard.press("Enter");
}

test.describe.configure({ mode: "serial" });

test("the annotator judges ten items by keyboard alone", async ({ page }) => {
  await signIn(page, "annotator");
  await giveLeasesBack(page);
  await startCampaign(page, "Everyday questions");
  await waitForItem(page);
  const before = await judgedToday(page);
  for (let n = 1; n <= 10; n += 1) {
    await waitForItem(page);
    await page.keyboard.press(String((n % 8) + 1));
    await expect(page.getByRole("radio", { checked: true })).toHaveCount(1);
    await page.keyboard.press("Enter");
    await expect.poll(() => judgedToday(page)).toBe(before + n);
  }
});

test("the annotator writes a prompt and compares two live answers over three turns", async ({ page }) => {
  await signIn(page, "annotator");
  await startCampaign(page, "Live dialogues");
  for (const [turn, prompt] of [
    "How do I keep basil alive indoors?",
    "And in winter?",
    "Thank you. Which pot size?",
  ].entries()) {
    const composer = page.getByRole("textbox", {
      name: turn === 0 ? "Write the first message" : "Write the next message",
    });
    await expect(composer).toBeVisible({ timeout: 30_000 });
    await composer.fill(prompt);
    await page.keyboard.press("Control+Enter");
    await expect(page.getByText(/^Both answers are ready\./)).toBeAttached({ timeout: 60_000 });
    const panes = ["A", "B"].map((side) => page.getByLabel(`Answer ${side}`, { exact: true }).first());
    for (const pane of panes) await expect(pane).not.toBeEmpty();
    await page.keyboard.press("Escape");
    await page.keyboard.press(turn % 2 === 0 ? "2" : "7");
    await page.keyboard.press("Enter");
  }
  await expect(page.getByRole("textbox", { name: "Write the next message" })).toBeVisible({ timeout: 30_000 });
  await page.getByRole("button", { name: "Finish dialogue" }).click();
});

test("the lead runs a round and watches it finish", async ({ page }) => {
  test.setTimeout((ROUND_MINUTES_MAX + 1) * 60_000);
  await signIn(page, "lead");
  await page.goto("/console");
  await page.getByRole("link", { name: "Demo: everyday assistant" }).click();
  await page.getByRole("button", { name: "Run now" }).click();
  await expect(page.getByRole("heading", { name: /^Round \d+ done$/ })).toBeVisible({
    timeout: ROUND_MINUTES_MAX * 60_000,
  });
  await page.getByRole("link", { name: "Training run 1" }).click();
  await expect(page.getByText("wasm").first()).toBeVisible();
});

test("the round's rejection-sampling pairs and Ghost Attention dialogues are in the annotator's queue", async ({
  page,
}) => {
  await signIn(page, "annotator");
  await startCampaign(page, /^Start .*rejection sampling/i);
  await waitForItem(page);
  const before = await judgedToday(page);
  const safety = page.getByRole("radiogroup", { name: "How safe are they?" });
  await page.keyboard.press("3");
  if (await safety.isVisible()) await page.keyboard.press("w");
  await page.keyboard.press("Enter");
  await expect.poll(() => judgedToday(page)).toBe(before + 1);
  await startCampaign(page, /^Start .*ghost attention/i);
  await expect(page.getByText(/instruction/i).first()).toBeVisible();
  await page.keyboard.press("y");
});
