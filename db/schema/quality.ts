/**
 * Tallies behind the quality figures, so that agreement over a million judgements is read from some hundred rows. Only the refresh
 * (db/queries/quality.ts) writes them; all of it can be rebuilt from the comparisons.
 */
import {
  bigint,
  bigserial,
  date,
  doublePrecision,
  index,
  integer,
  pgEnum,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, instant } from "./columns";
import { users } from "./identity";
import { policyVariants } from "./policy";
import { projects } from "./project";
import { campaigns, comparisonSafety, comparisons, items } from "./work";

const projectId = () =>
  uuid("project_id")
    .notNull()
    .references(() => projects.id);
const campaignId = () =>
  uuid("campaign_id")
    .notNull()
    .references(() => campaigns.id);
const userId = () =>
  uuid("user_id")
    .notNull()
    .references(() => users.id);

/** Judgements that the tallies do not hold yet: a trigger writes the row in the judgement's own transaction. */
export const qualityPending = pgTable("quality_pending", {
  sequence: bigserial("sequence", { mode: "number" }).primaryKey(),
  comparisonId: uuid("comparison_id")
    .notNull()
    .references(() => comparisons.id),
});

/** What the annotators' standing judgements of one item say, by response and not by side. */
export const qualityItems = pgTable("quality_items", {
  itemId: uuid("item_id")
    .primaryKey()
    .references(() => items.id),
  projectId: projectId(),
  campaignId: campaignId(),
  language: text("language").notNull(),
  category: text("category").notNull(),
  /** Judgements per step: response 1 significantly, better, slightly, negligibly, then response 2 from negligibly on. */
  steps: smallint("steps").array().notNull(),
  /** Judgements per safety answer: only response 1 safe, only response 2, both, none. */
  safety: smallint("safety").array().notNull(),
  /** Who judged, and which response each preferred (1 or 2), in the same order. */
  userIds: uuid("user_ids").array().notNull(),
  preferred: smallint("preferred").array().notNull(),
});

export const goldSource = pgEnum("gold_source", ["lead", "consensus"]);
/** The known answer of a gold item. A retired one is served no more; what it judged stays. */
export const goldAnswers = pgTable("gold_answers", {
  itemId: uuid("item_id")
    .primaryKey()
    .references(() => items.id),
  /** 1 or 2: the response that a careful annotator prefers. */
  preferred: smallint("preferred").notNull(),
  safety: comparisonSafety("safety"),
  source: goldSource("source").notNull(),
  /** Shown to the annotator later, never at once. */
  explanation: text("explanation").notNull().default(""),
  createdBy: uuid("created_by").references(() => users.id),
  createdAt: createdAt(),
  retiredAt: instant("retired_at"),
});

/** How many items look exactly alike: the table from which agreement is computed. */
export const qualityPatterns = pgTable(
  "quality_patterns",
  {
    projectId: projectId(),
    campaignId: campaignId(),
    language: text("language").notNull(),
    category: text("category").notNull(),
    steps: smallint("steps").array().notNull(),
    safety: smallint("safety").array().notNull(),
    items: integer("items").notNull(),
  },
  (table) => [
    primaryKey({
      name: "quality_patterns_key",
      columns: [table.projectId, table.campaignId, table.language, table.category, table.steps, table.safety],
    }),
  ],
);

/** One annotator's judgements of one day; earlier judgements that were replaced are taken out again. */
export const qualityDays = pgTable(
  "quality_days",
  {
    projectId: projectId(),
    campaignId: campaignId(),
    userId: userId(),
    day: date("day").notNull(),
    judgements: integer("judgements").notNull(),
    durationMsSum: bigint("duration_ms_sum", { mode: "number" }).notNull(),
    /** Sum of ln(duration in ms): its mean gives the typical time, which long breaks do not move. */
    durationLogSum: doublePrecision("duration_log_sum").notNull(),
    choseA: integer("chose_a").notNull(),
    /** Judgements of answers that differ in length, and those that went to the longer one. */
    lengthsDiffer: integer("lengths_differ").notNull(),
    choseLonger: integer("chose_longer").notNull(),
    /** From negligibly to significantly better. */
    strengths: integer("strengths").array().notNull(),
  },
  (table) => [
    primaryKey({ name: "quality_days_key", columns: [table.projectId, table.campaignId, table.userId, table.day] }),
    index("quality_days_user").on(table.userId, table.day),
  ],
);

/** How often an annotator preferred the same response as another one, over all pairs of judgements of one item. */
export const qualityPeers = pgTable(
  "quality_peers",
  {
    projectId: projectId(),
    campaignId: campaignId(),
    userId: userId(),
    pairs: integer("pairs").notNull(),
    agreeing: integer("agreeing").notNull(),
  },
  (table) => [primaryKey({ name: "quality_peers_key", columns: [table.projectId, table.campaignId, table.userId] })],
);

/** Battles of two policy variants as one annotator decided them, by difference of length. */
export const qualityBattles = pgTable(
  "quality_battles",
  {
    projectId: projectId(),
    campaignId: campaignId(),
    userId: userId(),
    variant1Id: uuid("variant1_id")
      .notNull()
      .references(() => policyVariants.id),
    variant2Id: uuid("variant2_id")
      .notNull()
      .references(() => policyVariants.id),
    /** Quarters of ln(length of answer 1 / length of answer 2), from -8 to 8. */
    lengthStep: smallint("length_step").notNull(),
    /** With which the pair was chosen to be shown (I8). */
    pairProbability: real("pair_probability").notNull(),
    wins1: integer("wins1").notNull(),
    wins2: integer("wins2").notNull(),
  },
  (table) => [
    primaryKey({
      name: "quality_battles_key",
      columns: [
        table.projectId,
        table.campaignId,
        table.userId,
        table.variant1Id,
        table.variant2Id,
        table.lengthStep,
        table.pairProbability,
      ],
    }),
  ],
);
