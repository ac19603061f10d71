/** The weekly cycle and what it makes before people see it: rounds, steps, snapshots, rejection sampling, Ghost Attention. */
import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  boolean,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  real,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "./columns";
import { messages, prompts } from "./dialogue";
import { users } from "./identity";
import { rewardModels } from "./model";
import { policyVariants } from "./policy";
import { projects } from "./project";
import { comparisons, items } from "./work";

export const roundState = pgEnum("round_state", ["running", "done", "failed", "cancelled"]);
export const roundStepName = pgEnum("round_step_name", ["collect", "freeze", "train", "evaluate", "sample", "publish"]);
export const stepState = pgEnum("step_state", ["waiting", "running", "done", "failed", "cancelled"]);

export const rounds = pgTable(
  "rounds",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    number: integer("number").notNull(),
    state: roundState("state").notNull().default("running"),
    trigger: text("trigger").notNull(),
    /** RoundConfig of lib/domain/project-settings.ts, frozen when the round starts. */
    config: jsonb("config").notNull(),
    startedBy: uuid("started_by").references(() => users.id),
    createdAt: createdAt(),
    finishedAt: instant("finished_at"),
  },
  (table) => [
    uniqueIndex("rounds_number").on(table.projectId, table.number),
    uniqueIndex("rounds_one_running").on(table.projectId).where(sql`state = 'running'`),
  ],
);

export const roundSteps = pgTable(
  "round_steps",
  {
    roundId: uuid("round_id")
      .notNull()
      .references(() => rounds.id),
    name: roundStepName("name").notNull(),
    state: stepState("state").notNull().default("waiting"),
    /** Fencing token: a result is published only by the attempt that is still current (security.md, pg-boss row). */
    attempt: integer("attempt").notNull().default(0),
    /** How often a dead worker's attempt was taken over since the step was last started or retried by hand. */
    takeovers: integer("takeovers").notNull().default(0),
    /** Refreshed by the worker that runs the step; a stale one is taken over. */
    heartbeatAt: instant("heartbeat_at"),
    progress: real("progress").notNull().default(0),
    message: text("message").notNull().default(""),
    /** What the step made: ids and counts. */
    output: jsonb("output"),
    error: text("error"),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
  },
  (table) => [primaryKey({ columns: [table.roundId, table.name] })],
);

export const roundStepLogs = pgTable(
  "round_step_logs",
  {
    id: id(),
    roundId: uuid("round_id")
      .notNull()
      .references(() => rounds.id),
    step: roundStepName("step").notNull(),
    attempt: integer("attempt").notNull(),
    level: text("level").notNull().default("info"),
    message: text("message").notNull(),
    createdAt: createdAt(),
  },
  (table) => [index("round_step_logs_round").on(table.roundId, table.step, table.createdAt)],
);

/** A frozen, hashed data set on disk; the row is written after the files and never changes (I5). */
export const snapshots = pgTable(
  "snapshots",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    roundId: uuid("round_id").references(() => rounds.id),
    name: text("name").notNull(),
    /** Path below PAIRWRIGHT_HOME. */
    directory: text("directory").notNull(),
    manifest: jsonb("manifest").notNull(),
    manifestSha256: text("manifest_sha256").notNull(),
    createdBy: uuid("created_by").references(() => users.id),
    createdAt: createdAt(),
  },
  (table) => [
    index("snapshots_project").on(table.projectId, table.createdAt),
    uniqueIndex("snapshots_round").on(table.roundId),
  ],
);

/** Which comparison went into which snapshot, on which side: the lineage from a weight file back to a judgement (I9). */
export const snapshotComparisons = pgTable(
  "snapshot_comparisons",
  {
    snapshotId: uuid("snapshot_id")
      .notNull()
      .references(() => snapshots.id),
    comparisonId: uuid("comparison_id")
      .notNull()
      .references((): AnyPgColumn => comparisons.id),
    heldout: boolean("heldout").notNull(),
  },
  (table) => [primaryKey({ columns: [table.snapshotId, table.comparisonId] })],
);

export const rejectionSamplingGroups = pgTable(
  "rejection_sampling_groups",
  {
    id: id(),
    roundId: uuid("round_id")
      .notNull()
      .references(() => rounds.id),
    promptId: uuid("prompt_id")
      .notNull()
      .references(() => prompts.id),
    itemId: uuid("item_id").references((): AnyPgColumn => items.id),
    /** The models that gave the candidates' rewards (I9); null until scored, or where the project has none for that task. */
    helpfulnessModelId: uuid("helpfulness_model_id").references((): AnyPgColumn => rewardModels.id),
    safetyModelId: uuid("safety_model_id").references((): AnyPgColumn => rewardModels.id),
    scoredAt: instant("scored_at"),
    /** Chance with which the rival was drawn among the other candidates (I8); null without a rival. */
    pairProbability: real("pair_probability"),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("rejection_sampling_groups_prompt").on(table.roundId, table.promptId),
    index("rejection_sampling_groups_item").on(table.itemId),
  ],
);

export const rejectionSamplingCandidates = pgTable(
  "rejection_sampling_candidates",
  {
    id: id(),
    groupId: uuid("group_id")
      .notNull()
      .references(() => rejectionSamplingGroups.id),
    variantId: uuid("variant_id")
      .notNull()
      .references(() => policyVariants.id),
    content: text("content").notNull(),
    /** Temperature, topP, topK, seed, tokensMax. */
    sampling: jsonb("sampling").notNull(),
    /** Round that first sampled it: the best of all earlier rounds join the pool. */
    sampledInRound: integer("sampled_in_round").notNull(),
    position: integer("position").notNull(),
    /** Raw logits. */
    helpfulnessReward: real("helpfulness_reward"),
    safetyReward: real("safety_reward"),
    /** Combined reward, 0..1 (paper section 3.2.3). */
    combinedReward: real("combined_reward"),
    isBest: boolean("is_best").notNull().default(false),
    isRival: boolean("is_rival").notNull().default(false),
  },
  (table) => [
    uniqueIndex("rejection_sampling_candidates_position").on(table.groupId, table.position),
    uniqueIndex("rejection_sampling_one_best").on(table.groupId).where(sql`is_best`),
  ],
);

export const ghostAttentionDialogues = pgTable(
  "ghost_attention_dialogues",
  {
    id: id(),
    roundId: uuid("round_id")
      .notNull()
      .references(() => rounds.id),
    position: integer("position").notNull(),
    variantId: uuid("variant_id")
      .notNull()
      .references(() => policyVariants.id),
    instruction: text("instruction").notNull(),
    /** GhostConstraint[]: which attributes were combined, in which language, shortened or not. */
    constraints: jsonb("constraints").notNull(),
    /** The training dialogue: instruction on the first turn only. */
    messages: jsonb("messages").$type<{ role: "system" | "user" | "assistant"; content: string }[]>().notNull(),
    /** Whether a message carries loss, same length as messages. */
    lossOn: jsonb("loss_on").$type<boolean[]>().notNull(),
    /** Why the dialogue is kept out of the data and the queue; null = it is in. */
    filteredReason: text("filtered_reason"),
    itemId: uuid("item_id").references((): AnyPgColumn => items.id),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("ghost_attention_position").on(table.roundId, table.position),
    index("ghost_attention_item").on(table.itemId),
  ],
);

/** A reward given by a reward model to a stored message. */
export const rewardScores = pgTable(
  "reward_scores",
  {
    messageId: uuid("message_id")
      .notNull()
      .references(() => messages.id),
    rewardModelId: uuid("reward_model_id")
      .notNull()
      .references((): AnyPgColumn => rewardModels.id),
    reward: real("reward").notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.messageId, table.rewardModelId] })],
);

/** Supervised fine-tuning sets with loss masks, made by the publish step. */
export const sftDatasets = pgTable("sft_datasets", {
  id: id(),
  roundId: uuid("round_id")
    .notNull()
    .unique()
    .references(() => rounds.id),
  path: text("path").notNull(),
  rows: integer("rows").notNull(),
  sha256: text("sha256").notNull(),
  createdAt: createdAt(),
});
