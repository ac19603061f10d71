/** The second look: what waits for reviewers, what they corrected, how disagreements were settled, where a reward model was surprised. */
import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  bigint,
  bigserial,
  boolean,
  check,
  index,
  pgEnum,
  pgTable,
  real,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "./columns";
import { messages } from "./dialogue";
import { users } from "./identity";
import { rewardModels } from "./model";
import { campaignId, itemId, projectId } from "./references";
import { comparisonSafety, comparisons, items, reviews, strength } from "./work";

const person = (name: string) =>
  uuid(name)
    .notNull()
    .references(() => users.id);
/** A short lease, so that two people do not open the same case. */
const claim = () => ({
  claimedBy: uuid("claimed_by").references(() => users.id),
  claimedUntil: instant("claimed_until"),
});

/** Judgements that a reviewer should see. Written when the tallies take a judgement in (db/queries/quality.ts). */
export const reviewCases = pgTable(
  "review_cases",
  {
    comparisonId: uuid("comparison_id")
      .primaryKey()
      .references(() => comparisons.id),
    projectId: projectId(),
    campaignId: campaignId(),
    /** Whose judgement it is. */
    userId: person("user_id"),
    /** The judgement's place in time; pages are keyed by it. */
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    language: text("language").notNull(),
    /** REVIEW_REASONS of lib/domain/review.ts; at least one. */
    reasons: text("reasons").array().notNull(),
    ...claim(),
    settledAt: instant("settled_at"),
  },
  (table) => [
    index("review_cases_open").on(table.projectId, table.sequence).where(sql`settled_at is null`),
    check("review_cases_reasons", sql`cardinality(${table.reasons}) > 0`),
  ],
);

/** A reviewer's own judgement in the place of the annotator's, which stays as it was (I4). One for each review that fixes. */
export const corrections = pgTable("corrections", {
  reviewId: uuid("review_id")
    .primaryKey()
    .references(() => reviews.id),
  chosenId: uuid("chosen_id")
    .notNull()
    .references(() => messages.id),
  rejectedId: uuid("rejected_id")
    .notNull()
    .references(() => messages.id),
  strength: strength("strength").notNull(),
  safety: comparisonSafety("safety"),
  tags: text("tags").array().notNull(),
  rationale: text("rationale"),
  editedResponse: text("edited_response"),
});

/** Finished items whose annotators disagree on the side or on safety. */
export const disagreements = pgTable(
  "disagreements",
  {
    itemId: uuid("item_id")
      .primaryKey()
      .references(() => items.id),
    projectId: projectId(),
    campaignId: campaignId(),
    /** In the order in which they were found; pages are keyed by it. */
    sequence: bigserial("sequence", { mode: "number" }).notNull(),
    language: text("language").notNull(),
    category: text("category").notNull(),
    ...claim(),
    settledAt: instant("settled_at"),
  },
  (table) => [index("disagreements_open").on(table.projectId, table.sequence).where(sql`settled_at is null`)],
);

/** The newest of an item counts. `withdrawn` takes the one before back. */
export const adjudicationOutcome = pgEnum("adjudication_outcome", [
  "verdict",
  "plurality",
  "guideline_gap",
  "withdrawn",
]);
export const adjudications = pgTable(
  "adjudications",
  {
    id: id(),
    projectId: projectId(),
    itemId: itemId(),
    adjudicatorId: person("adjudicator_id"),
    outcome: adjudicationOutcome("outcome").notNull(),
    /** How the adjudicator saw the answers: true = response 2 stood left as A. */
    swapped: boolean("swapped").notNull(),
    /** 1 or 2: the better response; null unless the outcome is a verdict. */
    preferred: smallint("preferred"),
    strength: strength("strength"),
    safety: comparisonSafety("safety"),
    note: text("note").notNull().default(""),
    createdAt: createdAt(),
  },
  (table) => [
    index("adjudications_item").on(table.itemId, table.createdAt),
    check(
      "adjudications_verdict",
      sql`(${table.outcome} = 'verdict') = (${table.preferred} is not null and ${table.strength} is not null)`,
    ),
    check("adjudications_preferred", sql`${table.preferred} is null or ${table.preferred} in (1, 2)`),
    check("adjudications_safety", sql`${table.safety} is null or ${table.outcome} = 'verdict'`),
  ],
);

/** What a reward model makes of a judgement. Can be made anew from the model at any time; a newer model's replaces it. */
export const surprises = pgTable(
  "surprises",
  {
    comparisonId: uuid("comparison_id")
      .primaryKey()
      .references(() => comparisons.id),
    projectId: projectId(),
    rewardModelId: uuid("reward_model_id")
      .notNull()
      .references(() => rewardModels.id),
    rewardChosen: real("reward_chosen").notNull(),
    rewardRejected: real("reward_rejected").notNull(),
    /** -ln sigma(rewardChosen - rewardRejected), nats. */
    surprise: real("surprise").notNull(),
    scoredAt: instant("scored_at").notNull().default(sql`now()`),
  },
  (table) => [index("surprises_project").on(table.projectId, table.surprise)],
);

export const triageQueue = pgEnum("triage_queue", ["likely_slip", "guideline_gap", "plurality"]);
export const triageAction = pgEnum("triage_action", [
  "ask_annotator",
  "ask_lead",
  "keep_plurality",
  "review",
  "dismiss",
  "withdrawn",
]);
/** What became of a surprising judgement. The newest counts; `withdrawn` takes the one before back. */
export const triageDecisions = pgTable(
  "triage_decisions",
  {
    id: id(),
    projectId: projectId(),
    comparisonId: uuid("comparison_id")
      .notNull()
      .references(() => comparisons.id),
    deciderId: person("decider_id"),
    /** Where it stood when it was decided. */
    queue: triageQueue("queue").notNull(),
    action: triageAction("action").notNull(),
    note: text("note").notNull().default(""),
    /** The decision that this one takes back, or the withdrawal after which it was decided anew. */
    supersedesId: uuid("supersedes_id").references((): AnyPgColumn => triageDecisions.id),
    createdAt: createdAt(),
  },
  (table) => [
    // One chain for each judgement: of two people who decide at once, one comes too late.
    uniqueIndex("triage_decisions_once").on(table.comparisonId).where(sql`supersedes_id is null`),
    uniqueIndex("triage_decisions_next").on(table.supersedesId).where(sql`supersedes_id is not null`),
    index("triage_decisions_comparison").on(table.comparisonId),
  ],
);

/** Places where the guidelines leave annotators alone, raised by reviewers and settled by a lead. */
export const guidelineGaps = pgTable(
  "guideline_gaps",
  {
    id: id(),
    projectId: projectId(),
    itemId: itemId(),
    category: text("category").notNull(),
    note: text("note").notNull(),
    raisedBy: person("raised_by"),
    createdAt: createdAt(),
    resolution: text("resolution"),
    resolvedBy: uuid("resolved_by").references(() => users.id),
    resolvedAt: instant("resolved_at"),
  },
  (table) => [
    index("guideline_gaps_project").on(table.projectId, table.createdAt),
    check("guideline_gaps_resolved", sql`(${table.resolvedAt} is null) = (${table.resolution} is null)`),
  ],
);

/** What reviewers say to one another about an item. Never changed. */
export const caseComments = pgTable(
  "case_comments",
  {
    id: id(),
    projectId: projectId(),
    itemId: itemId(),
    authorId: person("author_id"),
    body: text("body").notNull(),
    createdAt: createdAt(),
  },
  (table) => [index("case_comments_item").on(table.itemId, table.createdAt)],
);
