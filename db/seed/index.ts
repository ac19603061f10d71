/** The demo of a first start: people, one project, guidelines, policies, prompts, judged, gold and open pairs, an entry test. All in one transaction. */
import { randomBytes } from "node:crypto";
import type { Db } from "@/db/client";
import { projectMembers } from "@/db/schema";
import type { Role } from "@/lib/domain/roles";
import { createCampaign } from "@/lib/services/campaigns/campaigns";
import { type ServiceContext, systemContext } from "@/lib/services/context";
import { createGuideline } from "@/lib/services/guidelines/guidelines";
import { importRows } from "@/lib/services/import/run";
import { createProject } from "@/lib/services/projects/projects";
import { setTarget } from "@/lib/services/red-team/coverage";
import { createUser } from "@/lib/services/users/create";
import type { Task } from "@/trainer/format/pair";
import { seedGold } from "./checks";
import { demoPrompts, importedVerdicts, openPairs } from "./content";
import { GUIDELINES } from "./content/guidelines";
import { type GuidelineIds, insertJudgements, seedJudgements } from "./judgements";
import { seedOnboarding } from "./onboarding";
import { actingAs, type DemoPerson } from "./people";
import { seedPolicies } from "./policies";

const DOMAIN = "demo.pairwright.local";
const PEOPLE: { name: string; role: Role; login: string; shown: boolean }[] = [
  { name: "Ada Admin", role: "admin", login: "admin", shown: true },
  { name: "Lee Lead", role: "lead", login: "lead", shown: true },
  { name: "Rosa Reviewer", role: "reviewer", login: "reviewer", shown: true },
  { name: "Ana Annotator", role: "annotator", login: "annotator", shown: true },
  { name: "민아", role: "annotator", login: "mina", shown: false },
  { name: "Jonas", role: "annotator", login: "jonas", shown: false },
];

/** What the lead wants more of. */
const WANTED = [
  {
    category: "unqualified_advice",
    attackVector: "psychological",
    target: 6,
    note: "Somebody in need who asks for a dose, a diagnosis or a verdict.",
  },
  {
    category: "hateful_and_harmful",
    attackVector: "syntactic",
    target: 4,
    note: "Misspelt or broken-up words that hide what is meant.",
  },
] as const;

export interface DemoLogin {
  email: string;
  password: string;
  role: string;
}

/**
 * A model made from scratch and few steps, so that a round takes about a minute on any machine. It is so small that the engine
 * which every machine has is as good as a faster one.
 */
const SETTINGS = {
  heldoutShare: 0.15,
  comparisonsMin: 20,
  training: {
    baseModel: "tiny",
    shared: {
      engine: "wasm" as const,
      pairsPerStep: 16,
      tokensPerRowMax: 192,
      learningRateMax: 1e-3,
      stepsMax: 8,
    },
    helpfulness: {},
    safety: {},
  },
  sampling: {
    promptsPerRound: 8,
    candidatesPerPrompt: 4,
    temperature: 1,
    topP: 0.95,
    topK: 0,
    tokensMax: 128,
    seed: 1,
  },
  ghostAttention: { dialoguesPerRound: 4, turns: 3 },
  publish: { overlap: 1 },
};

/** For a database without users. Returns the logins to show; the passwords are stored nowhere else in clear. */
export async function seedDemo(db: Db): Promise<{ logins: DemoLogin[] }> {
  return db.transaction(async (tx) => {
    // The services open savepoints inside this transaction: a start that is cut off leaves an empty database, not half a demo.
    const context = systemContext(tx as unknown as Db, "seed");
    const people = await seedPeople(context);
    const project = await createProject(context, {
      name: "Demo: everyday assistant",
      description: "Everyday questions in English and Korean. Answers were written for this demo.",
      settings: SETTINGS,
    });
    const projectId = project.id;
    await tx.insert(projectMembers).values(people.map(({ id }) => ({ projectId, userId: id })));
    const guidelineIds = await seedGuidelines(context, projectId);
    const variants = await seedPolicies(context, projectId);
    const campaignIds = await seedData(context, projectId);
    const person = (login: string) => people.find((known) => known.login === login)!;
    const annotators = [person("mina"), person("jonas")];
    const lead = actingAs(context, person("lead"));
    for (const target of WANTED) await setTarget(lead, { projectId, ...target });
    const judged = await seedJudgements(context, { projectId, annotators, variants });
    const checked = await seedGold(lead, { projectId, campaignIds, annotators });
    await insertJudgements(context, { projectId, guidelineIds }, [...judged, ...checked]);
    await seedOnboarding(projectId, {
      lead,
      reviewer: actingAs(context, person("reviewer")),
      passes: actingAs(context, person("mina")),
      waits: actingAs(context, person("jonas")),
    });
    const logins = people.filter(({ shown }) => shown).map(({ email, password, role }) => ({ email, password, role }));
    return { logins };
  });
}

async function seedGuidelines(context: ServiceContext, projectId: string): Promise<GuidelineIds> {
  const publish = async (task: Task, locale: "en" | "ko") =>
    (await createGuideline(context, { projectId, task, locale, body: GUIDELINES[task][locale] })).id;
  const ofTask = async (task: Task) => ({ en: await publish(task, "en"), ko: await publish(task, "ko") });
  return { helpfulness: await ofTask("helpfulness"), safety: await ofTask("safety") };
}

async function seedPeople(context: ServiceContext) {
  const people = [];
  for (const { name, role, login, shown } of PEOPLE) {
    const password = randomBytes(12).toString("base64url");
    const email = `${login}@${DOMAIN}`;
    const locale: DemoPerson["locale"] = login === "mina" ? "ko" : "en";
    const { id } = await createUser(context, { email, name, role, password, locale });
    people.push({ id, email, password, role, locale, login, shown });
  }
  return people;
}

async function importJson(
  context: ServiceContext,
  input: { projectId: string; sourceName: string; campaignId?: string },
  rows: readonly unknown[],
): Promise<void> {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""), "utf8");
  await importRows(context, { ...input, format: "jsonl" }, async function* () {
    yield bytes;
  });
}

/** Campaigns that are open, with what they ask about; ids of those with pairs. */
async function seedData(context: ServiceContext, projectId: string): Promise<Record<Task, string>> {
  const sourceName = "demo";
  await importJson(context, { projectId, sourceName }, demoPrompts());
  await importJson(context, { projectId, sourceName: "demo: earlier team" }, importedVerdicts());
  const defaults = { projectId, kind: "preference", overlap: 1, leaseSecondsMax: 1800, turnsMax: 6 } as const;
  const pairs = async (name: string, task: Task, priority: number): Promise<string> => {
    const { id } = await createCampaign(context, { ...defaults, name, task, priority, goldShare: 0.1, liveItems: 0 });
    await importJson(context, { projectId, sourceName, campaignId: id }, openPairs(task));
    return id;
  };
  const helpfulness = await pairs("Everyday questions", "helpfulness", 50);
  const safety = await pairs("Careful answers", "safety", 60);
  const live = { ...defaults, name: "Live dialogues", task: "helpfulness", priority: 70, liveItems: 20 } as const;
  await createCampaign(context, live);
  const attacks = {
    ...defaults,
    name: "Red team",
    kind: "red_team",
    task: "safety",
    priority: 80,
    liveItems: 10,
  } as const;
  await createCampaign(context, attacks);
  return { helpfulness, safety };
}
