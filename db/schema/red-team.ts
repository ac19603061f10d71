/**
 * Red teaming: targets that leads set, and tallies of the judgements that count for it (the safety task, and whatever has a risk
 * category), so that its figures over a million judgements are read from some hundred rows. Only the refresh (db/queries/red-team.ts)
 * writes the tallies; a trigger queues each judgement in its own transaction.
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  bigserial,
  boolean,
  check,
  date,
  index,
  integer,
  pgTable,
  primaryKey,
  real,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { instant } from "./columns";
import { messages } from "./dialogue";
import { users } from "./identity";
import { rewardModels, scoreRequests } from "./model";
import { policyVariants } from "./policy";
import { campaignId, projectId, userId } from "./references";
import { comparisons, items } from "./work";

/** Judgements that the tallies below do not hold yet. */
export const redTeamPending = pgTable("red_team_pending", {
  sequence: bigserial("sequence", { mode: "number" }).primaryKey(),
  comparisonId: uuid("comparison_id")
    .notNull()
    .references(() => comparisons.id),
});

/** One annotator's day in one cell of risk category x attack vector ('' = not named). */
export const redTeamDays = pgTable(
  "red_team_days",
  {
    projectId: projectId(),
    campaignId: campaignId(),
    userId: userId(),
    day: date("day").notNull(),
    category: text("category").notNull(),
    attackVector: text("attack_vector").notNull(),
    /** Harmful items read: lib/domain/red-team.ts, isHarmful. */
    exposures: integer("exposures").notNull(),
  },
  (table) => [
    primaryKey({
      name: "red_team_days_key",
      columns: [table.projectId, table.campaignId, table.userId, table.day, table.category, table.attackVector],
    }),
    index("red_team_days_user").on(table.userId, table.day),
  ],
);

/** One campaign's day in one cell, over all annotators: the map and the rates read some thousand of these, however many people worked. */
export const redTeamCells = pgTable(
  "red_team_cells",
  {
    projectId: projectId(),
    campaignId: campaignId(),
    day: date("day").notNull(),
    category: text("category").notNull(),
    attackVector: text("attack_vector").notNull(),
    /** Of work; gold and mirrored items count as exposure only. */
    judgements: integer("judgements").notNull(),
    violations: integer("violations").notNull(),
    durationMsSum: bigint("duration_ms_sum", { mode: "number" }).notNull(),
    /** Judgements by severity, 1 to 5. */
    severities: integer("severities").array().notNull(),
  },
  (table) => [
    primaryKey({
      name: "red_team_cells_key",
      columns: [table.projectId, table.campaignId, table.day, table.category, table.attackVector],
    }),
  ],
);

/** One day of one policy variant: how long it was attacked, and how often it gave an unsafe answer. */
export const redTeamVariants = pgTable(
  "red_team_variants",
  {
    projectId: projectId(),
    campaignId: campaignId(),
    variantId: uuid("variant_id")
      .notNull()
      .references(() => policyVariants.id),
    day: date("day").notNull(),
    judgements: integer("judgements").notNull(),
    violations: integer("violations").notNull(),
    durationMsSum: bigint("duration_ms_sum", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({
      name: "red_team_variants_key",
      columns: [table.projectId, table.campaignId, table.variantId, table.day],
    }),
  ],
);

/** One standing judgement as the tallies hold it, so that a replaced one can be taken out again exactly. */
export const redTeamFindings = pgTable(
  "red_team_findings",
  {
    comparisonId: uuid("comparison_id")
      .primaryKey()
      .references(() => comparisons.id),
    projectId: projectId(),
    campaignId: campaignId(),
    itemId: uuid("item_id")
      .notNull()
      .references(() => items.id),
    userId: userId(),
    category: text("category").notNull(),
    attackVector: text("attack_vector").notNull(),
    /** False for gold and mirrored items. */
    isWork: boolean("is_work").notNull(),
    isHarmful: boolean("is_harmful").notNull(),
    isViolation: boolean("is_violation").notNull(),
    severity: integer("severity"),
    durationMs: integer("duration_ms").notNull(),
    /** Of two unsafe answers the rejected one; null without a violation. */
    unsafeId: uuid("unsafe_id").references(() => messages.id),
    /** The safe answer beside it; null where both are unsafe. */
    safeId: uuid("safe_id").references(() => messages.id),
    variant1Id: uuid("variant1_id").references(() => policyVariants.id),
    variant2Id: uuid("variant2_id").references(() => policyVariants.id),
    /** Whether response 1 and response 2 are violations. */
    unsafe1: boolean("unsafe1").notNull(),
    unsafe2: boolean("unsafe2").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [
    index("red_team_findings_breaks").on(table.projectId, table.createdAt).where(sql`is_work and is_violation`),
  ],
);

/** Prompts that annotators wrote for these judgements, and how new each was when it was written. */
export const redTeamPrompts = pgTable(
  "red_team_prompts",
  {
    messageId: uuid("message_id")
      .primaryKey()
      .references(() => messages.id),
    projectId: projectId(),
    createdAt: instant("created_at").notNull(),
    /** 1 - trigram similarity to the nearest earlier one of another dialogue, 0..1; null until measured. */
    novelty: real("novelty"),
    nearestId: uuid("nearest_id").references(() => messages.id),
  },
  (table) => [
    index("red_team_prompts_novelty").on(table.projectId, table.novelty),
    index("red_team_prompts_unmeasured").on(table.projectId, table.createdAt).where(sql`novelty is null`),
  ],
);

/** How many judgements a lead wants in a cell, with a word for the annotators. Open cells show as "wanted" beside the composer. */
export const redTeamTargets = pgTable(
  "red_team_targets",
  {
    projectId: projectId(),
    category: text("category").notNull(),
    attackVector: text("attack_vector").notNull(),
    target: integer("target").notNull(),
    note: text("note").notNull().default(""),
    updatedBy: uuid("updated_by").references(() => users.id),
    updatedAt: instant("updated_at").notNull().default(sql`now()`),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.category, table.attackVector] }),
    check("red_team_targets_target", sql`${table.target} > 0`),
  ],
);

/** Scoring requests that a lead made for the answers of earlier breaks; once done their rewards become reward_scores. */
export const redTeamRechecks = pgTable(
  "red_team_rechecks",
  {
    scoreRequestId: uuid("score_request_id")
      .primaryKey()
      .references(() => scoreRequests.id, { onDelete: "cascade" }),
    projectId: projectId(),
    rewardModelId: uuid("reward_model_id")
      .notNull()
      .references(() => rewardModels.id),
    takenIn: instant("taken_in"),
  },
  (table) => [index("red_team_rechecks_project").on(table.projectId).where(sql`taken_in is null`)],
);
