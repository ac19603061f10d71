/**
 * Every page of the app, opened as the people it is for: in English, light, on a desk, and in Korean, dark, on a phone, with less motion
 * asked for. Each is free of barriers by axe, has one heading and one main region, shows the focus, keeps still, and scrolls upwards and
 * downwards only at 360 px and at 200%. A page without a row here fails the first test.
 */
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { barriers, hiddenFocus, landmarks, moving, overflows, PHONE, ZOOMED } from "./accessible";
import { giveLeasesBack, signIn } from "./people";

type Role = Parameters<typeof signIn>[1];
type Ids = Record<
  "project" | "annotator" | "round" | "run" | "model" | "group" | "dialogue" | "test" | "attempt",
  string
> & { runs: string; campaigns: string[] };
interface Screen {
  role: Role | null;
  paths: (ids: Ids) => string[];
}

const everybody = (path: string): Screen => ({ role: null, paths: () => [path] });
const annotate = (path: (ids: Ids) => string): Screen => ({
  role: "annotator",
  paths: (ids) => [`/annotate/${path(ids)}`],
});
const lead = (path: (ids: Ids) => string): Screen => ({
  role: "lead",
  paths: (ids) => [`/console/projects/${ids.project}${path(ids)}`],
});
const ofConsole = (role: Role, path: string): Screen => ({ role, paths: () => [`/console${path}`] });

/** By the folder of the page below app, groups in brackets left out. */
const SCREENS: Record<string, Screen> = {
  "": everybody("/"),
  "sign-in": everybody("/sign-in"),
  // The work itself: one screen for each kind of campaign there is.
  "annotate/[projectId]": {
    role: "annotator",
    paths: (ids) => ids.campaigns.map((id) => `/annotate/${ids.project}?campaign=${id}`),
  },
  annotate: { role: "annotator", paths: () => ["/annotate"] },
  "annotate/wellbeing": annotate(() => "wellbeing"),
  "annotate/[projectId]/history": annotate(({ project }) => `${project}/history`),
  "annotate/[projectId]/notes": annotate(({ project }) => `${project}/notes`),
  "annotate/[projectId]/my-statistics": annotate(({ project }) => `${project}/my-statistics`),
  "annotate/[projectId]/onboarding": annotate(({ project }) => `${project}/onboarding`),
  "annotate/[projectId]/onboarding/[attemptId]": annotate(({ project, attempt }) => `${project}/onboarding/${attempt}`),
  console: ofConsole("lead", ""),
  "console/account": ofConsole("lead", "/account"),
  "console/jobs": ofConsole("lead", "/jobs"),
  "console/users": ofConsole("admin", "/users"),
  "console/reviews": ofConsole("reviewer", "/reviews"),
  "console/grading": ofConsole("reviewer", "/grading"),
  "console/projects/[projectId]": lead(() => ""),
  ...Object.fromEntries(
    [
      ...["audit", "campaigns", "comparisons", "data", "ghost-attention", "gold-items", "guidelines", "items"],
      ...["members", "onboarding", "policies", "prompts", "quality", "red-team", "rejection-sampling"],
      ...["reward-models", "settings", "training-runs", "webhooks"],
    ].map((name) => [`console/projects/[projectId]/${name}`, lead(() => `/${name}`)]),
  ),
  "console/projects/[projectId]/quality/annotators/[userId]": lead((ids) => `/quality/annotators/${ids.annotator}`),
  "console/projects/[projectId]/onboarding/[testId]": lead((ids) => `/onboarding/${ids.test}`),
  "console/projects/[projectId]/rounds/[roundId]": lead((ids) => `/rounds/${ids.round}`),
  "console/projects/[projectId]/training-runs/[runId]": lead((ids) => `/training-runs/${ids.run}`),
  "console/projects/[projectId]/training-runs/compare": lead((ids) => `/training-runs/compare?runs=${ids.runs}`),
  "console/projects/[projectId]/reward-models/[modelId]": lead((ids) => `/reward-models/${ids.model}`),
  "console/projects/[projectId]/rejection-sampling/[groupId]": lead((ids) => `/rejection-sampling/${ids.group}`),
  "console/projects/[projectId]/ghost-attention/[dialogueId]": lead((ids) => `/ghost-attention/${ids.dialogue}`),
};

const ROUND_MINUTES_MAX = 8;
const FOCUS_STOPS = 8;
/** 404 is a screen too. */
const OPEN_TO_ALL = ["/no-such-page"];

const headersOf = (page: Page) => ({ origin: new URL(page.url()).origin });

async function api(page: Page, method: "get" | "post" | "patch", path: string, data?: unknown) {
  const answer = await page.request[method](`/api/v1${path}`, { headers: headersOf(page), data });
  const text = await answer.text();
  expect(answer.ok(), `${method} ${path}: ${text}`).toBe(true);
  return text === "" ? null : JSON.parse(text);
}

/** A finished round has made what half of the console shows; an earlier journey's will do. */
async function finishedRound(page: Page, project: string): Promise<string> {
  const find = async (): Promise<{ id: string; state: string }[]> =>
    (await api(page, "get", `/projects/${project}/rounds`)).rounds;
  const done = (await find()).find(({ state }) => state === "done");
  if (done) return done.id;
  const { id } = await api(page, "post", `/projects/${project}/rounds`);
  await expect
    .poll(async () => (await find()).find((round) => round.id === id)?.state, { timeout: ROUND_MINUTES_MAX * 60_000 })
    .toBe("done");
  return id;
}

/** A published entry test of the demo project, and the demo annotator's attempt at it. */
async function beginTest(page: Page, annotator: Page, project: string): Promise<Pick<Ids, "test" | "attempt">> {
  const made = await api(page, "post", `/projects/${project}/entry-tests`, {
    task: "helpfulness",
    template: "language",
  });
  await api(page, "post", `/entry-tests/${made.id}/publish`, { basedOn: made.draft.updatedAt });
  const attempt = await api(annotator, "post", `/entry-tests/${made.id}/attempts`, { locale: "en" });
  return { test: made.id, attempt: attempt.id };
}

const firstOf = (rows: { id: string }[], what: string): string => {
  expect(rows.length, `${what} of the demo project`).toBeGreaterThan(0);
  return rows[0]!.id;
};

async function findIds(page: Page, annotator: Page): Promise<Ids> {
  // Other journeys have made projects of their own.
  const projects: { id: string; name: string }[] = (await api(page, "get", "/projects")).rows;
  const project = firstOf(
    projects.filter(({ name }) => name.startsWith("Demo:")),
    "projects",
  );
  const round = await finishedRound(page, project);
  const list = (path: string) => api(page, "get", `/projects/${project}/${path}`);
  const { trainingRuns } = await list("training-runs");
  const campaigns: { id: string; name: string; state: string }[] = (await list("campaigns")).rows;
  const members: { userId: string; role: string }[] = (await list("members")).rows;
  return {
    project,
    round,
    annotator: members.find(({ role }) => role === "annotator")!.userId,
    run: firstOf(trainingRuns, "training runs"),
    runs: trainingRuns.map(({ id }: { id: string }) => id).join(","),
    model: firstOf((await list("reward-models")).rewardModels, "reward models"),
    group: firstOf((await list("rejection-sampling")).rows, "groups"),
    dialogue: firstOf((await list("ghost-attention")).rows, "dialogues"),
    campaigns: campaigns.filter(({ state }) => state === "open").map(({ id }) => id),
    ...(await beginTest(page, annotator, project)),
  };
}

/** What each role carries from its one sign-in into every browser. */
type State = Awaited<ReturnType<ReturnType<Page["context"]>["storageState"]>>;
const states = new Map<Role, State>();
let ids: Ids | undefined;

async function signedIn(browser: Browser, role: Role): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, role);
  states.set(role, await page.context().storageState());
  return page;
}

test.beforeAll(async ({ browser }) => {
  test.setTimeout((ROUND_MINUTES_MAX + 2) * 60_000);
  const pages = await Promise.all(
    (["admin", "lead", "reviewer", "annotator"] as const).map((role) => signedIn(browser, role)),
  );
  ids = await findIds(pages[0]!, pages[3]!);
  for (const page of pages) await page.context().close();
});

test.afterAll(async ({ browser }) => {
  if (!ids) return;
  const page = await (await browser.newContext({ storageState: states.get("admin") })).newPage();
  await page.goto("/console");
  await api(page, "post", `/entry-test-attempts/${ids.attempt}/void`, { reason: "Only looked at." });
  await api(page, "patch", `/entry-tests/${ids.test}`, { archived: true });
  await page.context().close();
});

test("every page of the app has its row in this file", () => {
  const app = fileURLToPath(new URL("../../app", import.meta.url));
  const pages = readdirSync(app, { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === "page.tsx")
    .map((file) => path.dirname(file).split(path.sep))
    .map((folders) => folders.filter((name) => name !== "." && !/^\(.*\)$/.test(name)).join("/"));
  expect(pages.sort()).toEqual(Object.keys(SCREENS).sort());
});

const MODES = [
  { name: "English, light, on a desk", locale: "en", colorScheme: "light", viewport: { width: 1280, height: 860 } },
  { name: "Korean, dark, on a phone", locale: "ko", colorScheme: "dark", viewport: PHONE },
] as const;

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("main")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible({ timeout: 20_000 });
  // Some screens listen for as long as they are open.
  await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0, { timeout: 20_000 });
}

for (const { name, locale, colorScheme, viewport } of MODES)
  for (const role of [null, "annotator", "reviewer", "lead", "admin"] as const)
    test(`${name}: what is open to ${role ?? "everybody"}`, async ({ browser, baseURL }) => {
      test.setTimeout(480_000);
      const options = { colorScheme, viewport, reducedMotion: "reduce", deviceScaleFactor: 2 } as const;
      const context = await browser.newContext({ ...options, storageState: role ? states.get(role) : undefined });
      await context.addCookies([{ name: "locale", value: locale, url: String(baseURL) }]);
      const errors: string[] = [];
      const paths = Object.values(SCREENS)
        .filter((screen) => screen.role === role)
        .flatMap((screen) => screen.paths(ids!));
      if (role === null) paths.push(...OPEN_TO_ALL);
      const lookOn = async (page: Page) => {
        page.on("pageerror", (error) => errors.push(`${page.url()}: ${error.message}`));
        for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
          await open(page, path);
          expect.soft(await page.locator("html").getAttribute("lang")).toBe(locale);
          const faults = [...(await barriers(page)), ...(await landmarks(page))];
          for (const size of [PHONE, ZOOMED]) faults.push(...(await overflows(page, size)));
          // Neither depends on the language.
          if (locale === "en") faults.push(...(await moving(page)), ...(await hiddenFocus(page, FOCUS_STOPS)));
          expect.soft(faults, `${path}: ${name}`).toEqual([]);
          // One person may hold a few items only, and each kind of work takes its own.
          if (path.includes("?campaign=")) await giveLeasesBack(page);
        }
      };
      // Leases are given back between two screens of the work itself: that one page after the other.
      const tabs = role === "annotator" ? 1 : 2;
      await Promise.all(Array.from({ length: tabs }, async () => lookOn(await context.newPage())));
      expect(errors).toEqual([]);
      await context.close();
    });
