/** A project of one's own for a journey, made through the API by the demo's administrator, so that journeys do not share items. */
import { randomBytes } from "node:crypto";
import { type Browser, expect, type Page } from "@playwright/test";
import pg from "pg";
import { startEmbeddedPostgres } from "@/db/embedded";
import { signIn, signInAs } from "./people";

export interface Person {
  id: string;
  email: string;
  password: string;
}

export interface Workshop {
  projectId: string;
  campaignId: string;
  people: Person[];
}

interface Options {
  /** Pairs to be judged. */
  pairs: number;
  overlap?: number;
  annotators?: number;
  task?: "helpfulness" | "safety";
  leaseSecondsMax?: number;
  /** Risk category of the pairs, from the first on; those after the end have none. */
  categories?: string[];
  /** Rows of an own kind before those, in the fields of an import. */
  rows?: Record<string, unknown>[];
}

async function send(page: Page, method: "post" | "patch", path: string, data: unknown) {
  const headers = { origin: new URL(page.url()).origin };
  const answer = await page.request[method](`/api/v1${path}`, { headers, data });
  expect(answer.ok(), `${method} ${path}: ${await answer.text()}`).toBe(true);
  return answer.json();
}

async function createPerson(admin: Page, projectId: string): Promise<Person> {
  const name = `person-${randomBytes(4).toString("hex")}`;
  const person = { email: `${name}@example.org`, password: randomBytes(9).toString("base64url") };
  const { id } = await send(admin, "post", "/users", { ...person, name, role: "annotator" });
  await send(admin, "post", `/projects/${projectId}/members`, { email: person.email });
  return { id, ...person };
}

export async function openWorkshop(browser: Browser, options: Options): Promise<Workshop> {
  const {
    pairs,
    overlap = 1,
    annotators = 1,
    task = "helpfulness",
    leaseSecondsMax = 1800,
    categories = [],
    rows: own = [],
  } = options;
  const context = await browser.newContext();
  const admin = await context.newPage();
  await signIn(admin, "admin");
  const name = `Workshop ${randomBytes(3).toString("hex")}`;
  const { id: projectId } = await send(admin, "post", "/projects", { name });
  const campaign = { name: "Pairs", kind: "preference", task, overlap, leaseSecondsMax };
  const { id: campaignId } = await send(admin, "post", `/projects/${projectId}/campaigns`, campaign);
  const rows = Array.from({ length: pairs }, (_, index) => ({
    prompt: `Question ${index + 1}: how do I keep a ${["fern", "cactus", "rose"][index % 3]} alive in room ${index + 1}?`,
    responses: [`Water it every ${index + 2} days and turn it to the light.`, `Forget it for ${index + 3} weeks.`],
    task,
    ...(categories[index] ? { category: categories[index] } : {}),
  }));
  const imported = await admin.request.post(`/api/v1/projects/${projectId}/import?campaignId=${campaignId}`, {
    headers: { origin: new URL(admin.url()).origin, "content-type": "application/x-ndjson" },
    data: [...own, ...rows].map((row) => `${JSON.stringify(row)}\n`).join(""),
  });
  expect(imported.status(), await imported.text()).toBe(201);
  const people: Person[] = [];
  for (let made = 0; made < annotators; made += 1) people.push(await createPerson(admin, projectId));
  await context.close();
  return { projectId, campaignId, people };
}

/** A browser of the person's own, signed in and on the project's next item. */
export async function atWork(browser: Browser, { projectId }: Workshop, person: Person): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signInAs(page, person);
  await page.goto(`/annotate/${projectId}`);
  await expect(steps(page).or(page.getByText("Nothing to judge right now", { exact: true }))).toBeVisible({
    timeout: 20_000,
  });
  return page;
}

export const question = (page: Page) => page.getByRole("region", { name: "Turn to be answered" });
export const steps = (page: Page) => page.getByRole("radiogroup", { name: "Which is better, and by how much?" });

/** What the server holds of the project's judgements, by annotator. */
export async function judgementsOf({ projectId }: Workshop): Promise<{ userId: string; itemId: string }[]> {
  return onDatabase(async (client) => {
    const { rows } = await client.query(
      `select user_id as "userId", item_id as "itemId" from comparisons where project_id = $1 order by sequence`,
      [projectId],
    );
    return rows;
  });
}

/** Lets the leases of the project's people end, as if their time were over. */
export async function letLeasesEnd({ projectId }: Workshop): Promise<void> {
  await onDatabase((client) =>
    client.query(
      "update assignments set leased_at = leased_at - interval '2 hours', expires_at = now() - interval '1 minute' where project_id = $1 and state = 'leased'",
      [projectId],
    ),
  );
}

async function onDatabase<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { url } = await startEmbeddedPostgres({ home: String(process.env.PAIRWRIGHT_E2E_HOME), log: () => undefined });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
