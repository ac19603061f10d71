/** What annotators do: campaigns, items, leases, comparisons, drafts, turn reviews, reviews, live generations. */
import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  real,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "./columns";
import { dialogues, generationState, messages, prompts } from "./dialogue";
import { users } from "./identity";
import { policyVariants } from "./policy";
import { guidelineVersions, projects, task } from "./project";
import { rounds } from "./round";

export const campaignKind = pgEnum("campaign_kind", [
  "preference",
  "red_team",
  "rejection_sampling",
  "ghost_attention",
]);
export const campaignState = pgEnum("campaign_state", ["open", "paused", "closed"]);
export const itemKind = pgEnum("item_kind", ["pair", "live", "turn_review"]);
export const itemState = pgEnum("item_state", ["open", "done", "unusable", "withdrawn"]);
export const assignmentState = pgEnum("assignment_state", ["leased", "submitted", "skipped", "expired", "released"]);
export const strength = pgEnum("strength", ["significantly_better", "better", "slightly_better", "negligibly_better"]);
/** The fourth value is recorded and reviewed, never trained on (paper section 3.2.1). */
export const comparisonSafety = pgEnum("comparison_safety", [
  "preferred_safe",
  "both_safe",
  "both_unsafe",
  "preferred_unsafe",
]);
export const comparisonSource = pgEnum("comparison_source", ["annotator", "import"]);
export const skipMode = pgEnum("skip_mode", ["requeue_for_me", "requeue_for_others", "unusable"]);

export const campaigns = pgTable(
  "campaigns",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    roundId: uuid("round_id").references((): AnyPgColumn => rounds.id),
    name: text("name").notNull(),
    kind: campaignKind("kind").notNull(),
    task: task("task").notNull(),
    state: campaignState("state").notNull().default("open"),
    /** Judgements wanted per item, by different annotators. */
    overlap: integer("overlap").notNull().default(1),
    /** Lower is served first. */
    priority: integer("priority").notNull().default(100),
    leaseSecondsMax: integer("lease_seconds_max").notNull().default(1800),
    turnsMax: integer("turns_max").notNull().default(6),
    createdAt: createdAt(),
  },
  (table) => [
    index("campaigns_project").on(table.projectId, table.state, table.priority),
    check("campaigns_overlap", sql`${table.overlap} between 1 and 100`),
  ],
);

export const items = pgTable(
  "items",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    campaignId: uuid("campaign_id")
      .notNull()
      .references(() => campaigns.id),
    kind: itemKind("kind").notNull(),
    state: itemState("state").notNull().default("open"),
    promptId: uuid("prompt_id").references(() => prompts.id),
    dialogueId: uuid("dialogue_id").references(() => dialogues.id),
    /** Last message of the shared context (a user turn); null on a live item until the annotator has written it. */
    contextMessageId: uuid("context_message_id").references(() => messages.id),
    response1Id: uuid("response1_id").references(() => messages.id),
    response2Id: uuid("response2_id").references(() => messages.id),
    /** Chance with which this pair was chosen to be shown, 0..1 (I8). */
    pairProbability: doublePrecision("pair_probability"),
    /** Next turn of a live dialogue points at the item it continues. */
    previousItemId: uuid("previous_item_id").references((): AnyPgColumn => items.id),
    /** Position of the turn in its dialogue, from 1. */
    turn: integer("turn").notNull().default(1),
    /** For Ghost Attention reviews: the pinned instruction. For imports: the source's own id. */
    payload: jsonb("payload"),
    overlap: integer("overlap").notNull(),
    /** Judgements still to be handed out: overlap minus live leases minus submissions. The check is the last line of I2. */
    slotsRemaining: integer("slots_remaining").notNull(),
    /** Submitted by annotators. At `overlap` the item is done. */
    judgements: integer("judgements").notNull().default(0),
    randomKey: doublePrecision("random_key").notNull().default(sql`random()`),
    createdAt: createdAt(),
  },
  (table) => [
    index("items_queue").on(table.campaignId, table.randomKey).where(sql`state = 'open' and slots_remaining > 0`),
    index("items_project").on(table.projectId, table.createdAt),
    index("items_dialogue").on(table.dialogueId),
    uniqueIndex("items_next_turn").on(table.previousItemId),
    index("items_import_content")
      .on(table.projectId, sql`(payload->>'contentHash')`)
      .where(sql`payload->>'contentHash' is not null`),
    check("items_slots", sql`${table.slotsRemaining} >= 0 and ${table.slotsRemaining} <= ${table.overlap}`),
    check(
      "items_judgements",
      sql`${table.judgements} >= 0 and ${table.judgements} + ${table.slotsRemaining} <= ${table.overlap}`,
    ),
    check(
      "items_pair_complete",
      sql`${table.kind} <> 'pair' or (${table.contextMessageId} is not null and ${table.response1Id} is not null and ${table.response2Id} is not null)`,
    ),
    check(
      "items_pair_probability",
      sql`${table.response1Id} is null or ${table.kind} = 'turn_review' or (${table.pairProbability} > 0 and ${table.pairProbability} <= 1)`,
    ),
    check("items_two_responses", sql`${table.response1Id} is null or ${table.response1Id} <> ${table.response2Id}`),
  ],
);

/** A lease of one item to one annotator. */
export const assignments = pgTable(
  "assignments",
  {
    id: id(),
    itemId: uuid("item_id")
      .notNull()
      .references(() => items.id),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id),
    state: assignmentState("state").notNull().default("leased"),
    /** True: response 2 is shown as A. Drawn at random when leased (I7). */
    swapped: boolean("swapped").notNull().default(sql`random() < 0.5`),
    leasedAt: instant("leased_at").notNull().default(sql`now()`),
    expiresAt: instant("expires_at").notNull(),
    heartbeatAt: instant("heartbeat_at"),
    endedAt: instant("ended_at"),
    skipMode: skipMode("skip_mode"),
    skipReason: text("skip_reason"),
  },
  (table) => [
    uniqueIndex("assignments_one_per_annotator")
      .on(table.itemId, table.userId)
      .where(sql`state in ('leased', 'submitted')`),
    index("assignments_item").on(table.itemId),
    index("assignments_user").on(table.userId, table.projectId, table.state),
    index("assignments_expiry").on(table.expiresAt).where(sql`state = 'leased'`),
  ],
);

/** One immutable judgement. A change of mind is a new row that points at the old one (I4). */
export const comparisons = pgTable(
  "comparisons",
  {
    id: id(),
    sequence: bigint("sequence", { mode: "number" }).generatedAlwaysAsIdentity(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    itemId: uuid("item_id")
      .notNull()
      .references(() => items.id),
    assignmentId: uuid("assignment_id").references(() => assignments.id),
    userId: uuid("user_id").references(() => users.id),
    source: comparisonSource("source").notNull(),
    /** Name of the imported set; null for annotators. */
    sourceName: text("source_name"),
    task: task("task").notNull(),
    chosenId: uuid("chosen_id")
      .notNull()
      .references(() => messages.id),
    rejectedId: uuid("rejected_id")
      .notNull()
      .references(() => messages.id),
    /** Order as shown: true = response 2 stood left as A. Null for imports. */
    swapped: boolean("swapped"),
    strength: strength("strength"),
    safety: comparisonSafety("safety"),
    tags: text("tags").array().notNull().default(sql`'{}'::text[]`),
    rationale: text("rationale"),
    /** A better answer that the annotator wrote: edited > chosen > rejected (Llama 3's third response). */
    editedResponse: text("edited_response"),
    durationMs: integer("duration_ms"),
    guidelineVersionId: uuid("guideline_version_id").references(() => guidelineVersions.id),
    supersedesId: uuid("supersedes_id").references((): AnyPgColumn => comparisons.id),
    idempotencyKey: text("idempotency_key").notNull(),
    payloadHash: text("payload_hash").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("comparisons_idempotency").on(table.idempotencyKey),
    uniqueIndex("comparisons_one_per_annotator")
      .on(table.itemId, table.userId)
      .where(sql`supersedes_id is null and user_id is not null`),
    uniqueIndex("comparisons_supersedes").on(table.supersedesId),
    uniqueIndex("comparisons_sequence").on(table.sequence),
    index("comparisons_project").on(table.projectId, table.createdAt),
    index("comparisons_user").on(table.userId, table.createdAt),
    index("comparisons_item").on(table.itemId),
    check("comparisons_edited", sql`${table.editedResponse} is null or btrim(${table.editedResponse}) <> ''`),
    check("comparisons_two", sql`${table.chosenId} <> ${table.rejectedId}`),
    check(
      "comparisons_person",
      sql`(${table.source} = 'annotator') = (${table.userId} is not null and ${table.assignmentId} is not null and ${table.swapped} is not null and ${table.strength} is not null)`,
    ),
    check(
      "comparisons_import",
      sql`${table.source} <> 'import' or (${table.sourceName} is not null and ${table.userId} is null)`,
    ),
  ],
);

/** What an annotator has filled in so far; survives reload, crash and lease expiry. */
export const comparisonDrafts = pgTable("comparison_drafts", {
  assignmentId: uuid("assignment_id")
    .primaryKey()
    .references(() => assignments.id),
  userId: uuid("user_id")
    .notNull()
    .references(() => users.id),
  body: jsonb("body").notNull(),
  updatedAt: instant("updated_at").notNull().default(sql`now()`),
});

/** Turn-by-turn verdicts of a Ghost Attention dialogue. */
export const turnReviews = pgTable(
  "turn_reviews",
  {
    id: id(),
    itemId: uuid("item_id")
      .notNull()
      .references(() => items.id),
    assignmentId: uuid("assignment_id")
      .notNull()
      .references(() => assignments.id),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id),
    /** One of "kept" | "broken" | "not_applicable" per assistant turn, in order. */
    verdicts: text("verdicts").array().notNull(),
    note: text("note"),
    durationMs: integer("duration_ms").notNull(),
    idempotencyKey: text("idempotency_key").notNull(),
    payloadHash: text("payload_hash").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("turn_reviews_idempotency").on(table.idempotencyKey),
    uniqueIndex("turn_reviews_one_per_annotator").on(table.itemId, table.userId),
  ],
);

export const reviewDecision = pgEnum("review_decision", ["approved", "rejected"]);
/** A reviewer's verdict on a comparison. Rejected ones stay out of snapshots. */
export const reviews = pgTable(
  "reviews",
  {
    id: id(),
    comparisonId: uuid("comparison_id")
      .notNull()
      .references(() => comparisons.id),
    reviewerId: uuid("reviewer_id")
      .notNull()
      .references(() => users.id),
    decision: reviewDecision("decision").notNull(),
    feedback: text("feedback").notNull().default(""),
    createdAt: createdAt(),
  },
  (table) => [index("reviews_comparison").on(table.comparisonId, table.createdAt)],
);

/** A live answer under way. The worker writes text here as it streams; the web only reads it, so either may restart. */
export const generations = pgTable(
  "generations",
  {
    id: id(),
    itemId: uuid("item_id")
      .notNull()
      .references(() => items.id),
    /** 1 or 2: which response of the item. */
    position: integer("position").notNull(),
    /** A retry is a new attempt; the newest counts. */
    attempt: integer("attempt").notNull().default(1),
    variantId: uuid("variant_id")
      .notNull()
      .references(() => policyVariants.id),
    drawProbability: real("draw_probability").notNull(),
    seed: integer("seed").notNull(),
    state: generationState("state").notNull().default("queued"),
    text: text("text").notNull().default(""),
    error: text("error"),
    stopRequested: boolean("stop_requested").notNull().default(false),
    messageId: uuid("message_id").references(() => messages.id),
    /** Refreshed while the worker streams; a stale one is taken over. */
    heartbeatAt: instant("heartbeat_at"),
    /** Fencing token of the worker that streams; one that was taken over writes nothing more. */
    claimedBy: uuid("claimed_by"),
    /** What the policy said of itself: the model's name, the recording that was replayed. */
    provenance: jsonb("provenance"),
    createdAt: createdAt(),
    finishedAt: instant("finished_at"),
  },
  (table) => [
    uniqueIndex("generations_attempt").on(table.itemId, table.position, table.attempt),
    index("generations_waiting").on(table.createdAt).where(sql`state in ('queued', 'running')`),
    check("generations_position", sql`${table.position} in (1, 2)`),
    check("generations_probability", sql`${table.drawProbability} > 0 and ${table.drawProbability} <= 1`),
  ],
);
