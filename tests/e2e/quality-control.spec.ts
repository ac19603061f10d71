/** What a lead does about one annotator: looks, writes, pauses and lets go on; and what the annotator hears of it. */
import { expect as expectWithin, type Page, test } from "@playwright/test";
import { expectAccessible, expectFitsPhone } from "./accessible";
import { signIn } from "./people";
import { atWork, judgementsOf, openWorkshop, steps } from "./workshop";

/** The annotator's page reads a dozen figures; a machine that runs everything at once needs longer than the usual five seconds. */
const expect = expectWithin.configure({ timeout: 20_000 });

async function expectReadable(page: Page): Promise<void> {
  await expectAccessible(page);
  await expectFitsPhone(page);
}

test("a lead writes about a judgement, pauses, and lets go on; the annotator reads why", async ({ browser }) => {
  test.slow();
  const workshop = await openWorkshop(browser, { pairs: 4 });
  const person = workshop.people[0]!;
  const work = await atWork(browser, workshop, person);
  await expect(steps(work)).toBeVisible();
  await work.keyboard.press("3");
  await work.keyboard.press("Enter");
  await expect.poll(async () => (await judgementsOf(workshop)).length).toBe(1);

  const lead = await (await browser.newContext()).newPage();
  await signIn(lead, "admin");
  await lead.goto(`/console/projects/${workshop.projectId}/quality/annotators/${person.id}`);
  const judgements = lead.getByRole("region", { name: "Recent judgements" });
  await expect(judgements.getByRole("row")).toHaveCount(2);
  await judgements.getByRole("button", { name: "Note" }).click();
  await lead.getByLabel("Note", { exact: true }).fill("Well seen: the other one forgets the light.");
  await lead.getByRole("button", { name: "Send" }).click();
  await expect(lead.getByText("Sent to 1 person", { exact: true })).toBeVisible();

  await lead.getByRole("button", { name: "Pause" }).click();
  const dialog = lead.getByRole("dialog");
  await dialog.getByLabel("Note to the annotator").fill("Let us talk first.");
  await dialog.getByRole("button", { name: "Pause" }).click();
  await expect(lead.getByText("Gets no items now")).toBeVisible();
  await expectReadable(lead);

  await work.goto(`/annotate/${workshop.projectId}/notes`);
  await expect(work.getByRole("article")).toHaveCount(2);
  await expect(work.getByRole("article", { name: "Your work here is paused" })).toContainText("Let us talk first.");
  await expect(work.getByRole("article", { name: "Note" })).toContainText("forgets the light");
  await expectReadable(work);
  await work.getByRole("button", { name: "Mark all as read" }).click();
  await expect(work.getByText("new", { exact: true })).toHaveCount(0);
  await work.goto(`/annotate/${workshop.projectId}`);
  await expect(work.getByText("Your work here is paused", { exact: true })).toBeVisible();
  await expect(steps(work)).toHaveCount(0);

  await lead.getByRole("button", { name: "Let go on" }).click();
  await lead.getByRole("dialog").getByRole("button", { name: "Let go on" }).click();
  await expect(lead.getByText("Gets no items now")).toHaveCount(0);
  await work.goto(`/annotate/${workshop.projectId}`);
  await expect(steps(work)).toBeVisible();
  for (const page of [work, lead]) await page.context().close();
});

test("a lead makes a gold item of a judged pair, retires it and takes that back", async ({ browser }) => {
  test.slow();
  const workshop = await openWorkshop(browser, { pairs: 2 });
  const work = await atWork(browser, workshop, workshop.people[0]!);
  await expect(steps(work)).toBeVisible();
  await work.keyboard.press("3");
  await work.keyboard.press("Enter");
  await expect.poll(async () => (await judgementsOf(workshop)).length).toBe(1);
  await work.context().close();

  const lead = await (await browser.newContext()).newPage();
  await signIn(lead, "admin");
  await lead.goto(`/console/projects/${workshop.projectId}/quality/annotators/${workshop.people[0]!.id}`);
  await lead.getByRole("link", { name: "Make gold" }).click();
  const dialog = lead.getByRole("dialog");
  await dialog.getByRole("radio", { name: /^Answer 1/ }).check();
  await dialog.getByLabel("Why").fill("It says how much light it needs.");
  await expectReadable(lead);
  await dialog.getByRole("button", { name: "Make gold item" }).click();
  const list = lead.getByRole("region", { name: "Gold items" });
  await expect(list.getByText("by a lead")).toBeVisible();
  await expectReadable(lead);
  await list.getByRole("button", { name: "Retire…" }).click();
  await lead.getByRole("dialog").getByRole("button", { name: "Its answer was wrong" }).click();
  await expect(lead.getByText("No gold item yet", { exact: true })).toBeVisible();
  await lead.getByRole("button", { name: "Undo" }).click();
  await expect(list.getByText("by a lead")).toBeVisible();
  await lead.context().close();
});
