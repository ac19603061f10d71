/**
 * Tallies behind the quality figures, so that agreement over a million judgements is read from some hundred rows. Only the refresh
 * (db/queries/quality.ts) writes them; all of it can be rebuilt from the comparisons.
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  bigserial,
  boolean,
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
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, instant } from "./columns";
import { users } from "./identity";
import { policyVariants } from "./policy";
import { campaignId, projectId, userId } from "./references";
import { comparisonSafety, comparisons, items } from "./work";

/** Judgements that the tallies do not hold yet: a trigger writes the row in the judgement's own transaction. */
export const qualityPending = pgTable("quality_pending", {
  sequence: bigserial("sequence", { mode: "number" }).primaryKey(),
  comparisonId: uuid("comparison_id").notNull(),
});

/** What the annotators' standing judgements of one item say, by response and not by side. */
export const qualityItems = pgTable(
  "quality_items",
  {
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
  },
  (table) => [
    // What db/queries/gold.ts proposes as gold items: many judged, all see it the same way, at least "better".
    index("quality_items_unanimous")
      .on(table.projectId, table.itemId)
      .where(
        sql`cardinality(user_ids) >= 3 and (steps[1] + steps[2] = cardinality(user_ids) or steps[7] + steps[8] = cardinality(user_ids))`,
      ),
  ],
);

export const goldSource = pgEnum("gold_source", ["lead", "consensus"]);
/** The known answer of a gold item. A retired one is served no more; what it judged stays. */
export const goldAnswers = pgTable(
  "gold_answers",
  {
    itemId: uuid("item_id")
      .primaryKey()
      .references(() => items.id),
    /** The judged pair that it repeats. */
    sourceItemId: uuid("source_item_id").references(() => items.id),
    /** 1 or 2: the response that a careful annotator prefers. */
    preferred: smallint("preferred").notNull(),
    safety: comparisonSafety("safety"),
    source: goldSource("source").notNull(),
    /** Shown to the annotator later, never at once. */
    explanation: text("explanation").notNull().default(""),
    createdBy: uuid("created_by").references(() => users.id),
    createdAt: createdAt(),
    retiredAt: instant("retired_at"),
    /** The answer itself was wrong: nobody is graded by it. */
    voided: boolean("voided").notNull().default(false),
  },
  (table) => [uniqueIndex("gold_answers_source").on(table.sourceItemId).where(sql`retired_at is null`)],
);

/** Right or wrong: each annotator's standing judgement of each gold item. */
export const goldGrades = pgTable(
  "gold_grades",
  {
    itemId: uuid("item_id")
      .notNull()
      .references(() => items.id),
    userId: userId(),
    projectId: projectId(),
    campaignId: campaignId(),
    comparisonId: uuid("comparison_id")
      .notNull()
      .references(() => comparisons.id),
    /** Of the judgement: the order of the sequential test. */
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    judgedAt: instant("judged_at").notNull(),
    right: boolean("is_right").notNull(),
  },
  (table) => [
    primaryKey({ name: "gold_grades_key", columns: [table.itemId, table.userId] }),
    index("gold_grades_annotator").on(table.projectId, table.userId, table.sequence),
  ],
);

/** A mirrored re-ask that was answered, while the judgement that it repeats still stands. */
export const qualityMirrors = pgTable(
  "quality_mirrors",
  {
    itemId: uuid("item_id")
      .primaryKey()
      .references(() => items.id),
    projectId: projectId(),
    campaignId: campaignId(),
    userId: userId(),
    day: date("day").notNull(),
    /** The same response was preferred both times. */
    consistent: boolean("consistent").notNull(),
    /** A was chosen both times; null where it was not the same side twice, or the sides were not swapped. */
    choseATwice: boolean("chose_a_twice"),
    /** The sides were swapped, as they should be: only then does the side tell anything. */
    flipped: boolean("flipped").notNull(),
  },
  (table) => [index("quality_mirrors_project").on(table.projectId, table.userId)],
);

/**
 * How many items look exactly alike, by their steps (`safety` empty) and by their safety answers (`steps` empty): what agreement is
 * computed from. Both at once would make twenty times as many rows.
 */
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
    /** Gold and mirrored items: work that is paid, and that no other figure counts. */
    checkJudgements: integer("check_judgements").notNull().default(0),
    checkDurationMsSum: bigint("check_duration_ms_sum", { mode: "number" }).notNull().default(0),
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
