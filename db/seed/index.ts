/** The demo of a first start: people, one project, guidelines, policies, prompts, judged and open pairs. All in one transaction. */
import { randomBytes } from "node:crypto";
import type { Db } from "@/db/client";
import { projectMembers } from "@/db/schema";
import type { Role } from "@/lib/domain/roles";
import { createCampaign } from "@/lib/services/campaigns/campaigns";
import { type ServiceContext, systemContext } from "@/lib/services/context";
import { createGuideline } from "@/lib/services/guidelines/guidelines";
import { importRows } from "@/lib/services/import/run";
import { createProject } from "@/lib/services/projects/projects";
import { createUser } from "@/lib/services/users/create";
import { TASKS, type Task } from "@/trainer/format/pair";
import { ENTRIES, importedVerdicts, openPairs } from "./content";
import { GUIDELINES } from "./content/guidelines";
import { seedJudgements } from "./judgements";
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
    for (const task of TASKS)
      for (const locale of ["en", "ko"] as const)
        await createGuideline(context, { projectId, task, locale, body: GUIDELINES[task][locale] });
    await seedPolicies(context, projectId);
    await seedData(context, projectId);
    const annotators = people.filter(({ login }) => login === "mina" || login === "jonas").map(({ id }) => id);
    await seedJudgements(context, { projectId, annotators });
    const logins = people.filter(({ shown }) => shown).map(({ email, password, role }) => ({ email, password, role }));
    return { logins };
  });
}

async function seedPeople(context: ServiceContext) {
  const people = [];
  for (const { name, role, login, shown } of PEOPLE) {
    const password = randomBytes(12).toString("base64url");
    const email = `${login}@${DOMAIN}`;
    const locale = login === "mina" ? "ko" : "en";
    const { id } = await createUser(context, { email, name, role, password, locale });
    people.push({ id, email, password, role, login, shown });
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

async function seedData(context: ServiceContext, projectId: string): Promise<void> {
  const sourceName = "demo";
  await importJson(
    context,
    { projectId, sourceName },
    ENTRIES.map(({ prompt, task }) => ({ prompt, task })),
  );
  await importJson(context, { projectId, sourceName: "demo: earlier team" }, importedVerdicts());
  const defaults = { projectId, kind: "preference", overlap: 1, leaseSecondsMax: 1800, turnsMax: 6 } as const;
  const pairs = async (name: string, task: Task, priority: number) => {
    const campaign = await createCampaign(context, { ...defaults, name, task, priority, liveItems: 0 });
    await importJson(context, { projectId, sourceName, campaignId: campaign.id }, openPairs(task));
  };
  await pairs("Everyday questions", "helpfulness", 50);
  await pairs("Careful answers", "safety", 60);
  const live = { ...defaults, name: "Live dialogues", task: "helpfulness", priority: 70, liveItems: 20 } as const;
  await createCampaign(context, live);
}
