/**
 * `npm run bench:pages [-- --enter]`: what the pages weigh in the production build (scripts the HTML loads, gzip), one JSON line each.
 * With `--enter` also the time from the confirmed Enter to the next item painted, by keyboard in a real browser.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium, type Page } from "@playwright/test";
import { System } from "../chaos/system";
import { findBrowser } from "../support/browser";
import { ANNOTATE_SCRIPTS_GZIP_BYTES_MAX, scriptsUntil, weighPage } from "../support/page-weight";
import { measureSwaps } from "./enter";
import { percentiles } from "./queue-load";

const START_SECONDS_MAX = 600;
const SWAPS = 60;

interface Login {
  email: string;
  password: string;
  role: string;
}

async function signedIn(browser: Browser, system: System, role: string): Promise<Page> {
  const logins = JSON.parse(readFileSync(path.join(system.home, "demo-logins.json"), "utf8")) as Login[];
  const login = logins.find((entry) => entry.role === role);
  if (!login) throw new Error(`the demo has no ${role}`);
  const page = await (await browser.newContext({ baseURL: system.address })).newPage();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(login.email);
  await page.getByLabel("Password").fill(login.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(/\/(annotate|console)/);
  return page;
}

const idOfProject = async (page: Page): Promise<string> =>
  (await (await page.request.get("/api/v1/projects")).json()).rows[0].id;

async function weighPages(annotator: Page, lead: Page): Promise<void> {
  const projectId = await idOfProject(annotator);
  const pages = [
    { person: annotator, address: "/sign-in" },
    { person: annotator, address: "/annotate" },
    { person: annotator, address: `/annotate/${projectId}` },
    { person: lead, address: "/console" },
    { person: lead, address: `/console/projects/${projectId}` },
  ];
  for (const { person, address } of pages) {
    const weight = await weighPage(person.request, address);
    const page = address.replace(projectId, "{projectId}");
    const budget = page === "/annotate/{projectId}" ? { budgetBytes: ANNOTATE_SCRIPTS_GZIP_BYTES_MAX } : {};
    console.log(JSON.stringify({ bench: "page-weight", ...weight, page, ...budget }));
  }
}

/** Beyond the HTML's own scripts, the page fetches the screen itself, and the parser of Markdown with the first text that needs it. */
async function weighFirstItem(browser: Browser, annotator: Page): Promise<void> {
  const projectId = await idOfProject(annotator);
  const fresh = await browser.newContext({ storageState: await annotator.context().storageState() });
  const page = await fresh.newPage();
  const ready = () => page.getByRole("radiogroup").first().waitFor();
  const gzipBytesOfScripts = await scriptsUntil(page, new URL(`/annotate/${projectId}`, annotator.url()).href, ready);
  console.log(
    JSON.stringify({ bench: "first-item", page: "/annotate/{projectId}", scriptsGzipBytes: gzipBytesOfScripts }),
  );
  await fresh.close();
}

/** What half of the answers hold beside plain words. */
const MARKED = `

## In short

- **first** count the rows
- then the \`columns\`

| n | square |
| - | ------ |
${Array.from({ length: 8 }, (_, n) => `| ${n} | ${n * n} |`).join("\n")}

\`\`\`ts
${Array.from({ length: 10 }, (_, n) => `const square${n} = ${n} ** 2;`).join("\n")}
\`\`\``;

/** A campaign of its own, so that enough items are there. */
async function openCampaign(lead: Page, projectId: string): Promise<string> {
  const headers = { origin: new URL(lead.url()).origin };
  const campaigns = `/api/v1/projects/${projectId}/campaigns`;
  const data = { name: "Swaps", kind: "preference", task: "helpfulness", priority: 1 };
  const campaign = await lead.request.post(campaigns, { headers, data });
  const campaignId: string = (await campaign.json()).id;
  const words = "the answer of this side explains in plain words what was asked and gives one example ".repeat(8);
  const rows = Array.from({ length: SWAPS + 5 }, (_, n) =>
    JSON.stringify({
      prompt: `Question ${n}: what is ${n} times ${n}?`,
      responses: [`First. ${n} ${words}${n % 2 ? MARKED : ""}`, `Second. ${words} ${n}${n % 2 ? MARKED : ""}`],
    }),
  );
  const imported = await lead.request.post(
    `/api/v1/projects/${projectId}/import?task=helpfulness&campaignId=${campaignId}`,
    {
      headers: { ...headers, "content-type": "application/x-ndjson" },
      data: `${rows.join("\n")}\n`,
    },
  );
  if (!imported.ok()) throw new Error(`import: HTTP ${imported.status()}: ${await imported.text()}`);
  return campaignId;
}

async function benchSwaps(annotator: Page, lead: Page): Promise<void> {
  const projectId = await idOfProject(annotator);
  const campaignId = await openCampaign(lead, projectId);
  await annotator.goto(`/annotate/${projectId}?campaign=${campaignId}`);
  const swaps = await measureSwaps(annotator, SWAPS);
  console.log(
    JSON.stringify({
      bench: "enter",
      judgements: swaps.length,
      // Without the hold in which Enter can be called back.
      confirmedToPaintedMs: percentiles(swaps),
    }),
  );
}

async function main(): Promise<void> {
  const options = process.argv.slice(2);
  const unknown = options.filter((option) => option !== "--enter");
  if (unknown.length > 0) throw new Error(`unknown option ${unknown[0]}; there is --enter`);
  const system = await System.start(START_SECONDS_MAX);
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch(await findBrowser());
    const annotator = await signedIn(browser, system, "annotator");
    const lead = await signedIn(browser, system, "lead");
    await weighPages(annotator, lead);
    await weighFirstItem(browser, annotator);
    if (options.includes("--enter")) await benchSwaps(annotator, lead);
  } finally {
    await browser?.close();
    await system.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
