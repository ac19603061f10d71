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
/** Gold items have a known answer; mirrored ones show a judged pair again, sides swapped, to the same annotator. Neither is trained on. */
export const itemPurpose = pgEnum("item_purpose", ["work", "gold", "mirror"]);
/** Which open item comes next: by chance, where the reward models are unsure, where annotators disagree, where coverage is thin. */
export const campaignOrdering = pgEnum("campaign_ordering", ["random", "uncertainty", "disagreement", "coverage"]);
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
    ordering: campaignOrdering("ordering").notNull().default("random"),
    /** Items of these languages' speakers only; empty = anybody. */
    languages: text("languages").array().notNull().default(sql`'{}'::text[]`),
    /** Only annotators with a valid certificate for the campaign's task get items. */
    certifiedOnly: boolean("certified_only").notNull().default(false),
    /** Shares (0..0.5) of an annotator's items that are gold, and mirrored re-asks of own judgements at least so many days old. */
    goldShare: real("gold_share").notNull().default(0),
    mirrorShare: real("mirror_share").notNull().default(0),
    mirrorAfterDays: integer("mirror_after_days").notNull().default(14),
    /** A judgement made faster than this counts against its annotator; 0 = no floor. */
    durationMinMs: integer("duration_min_ms").notNull().default(0),
    /** Judgements a day and annotator at most; null = no limit. */
    judgementsMaxPerDay: integer("judgements_max_per_day"),
    /** Items of a risk category a day and annotator at most, then a pause of so many minutes; null = no limit. */
    exposureMaxPerDay: integer("exposure_max_per_day"),
    cooldownMinutes: integer("cooldown_minutes").notNull().default(0),
    /** Live: a verdict may be given before both answers end. */
    voteEarly: boolean("vote_early").notNull().default(false),
    /** Share of judgements that a reviewer sees, drawn by chance; null = as the project's settings say. */
    reviewShare: real("review_share"),
    createdAt: createdAt(),
  },
  (table) => [
    index("campaigns_project").on(table.projectId, table.state, table.priority),
    check("campaigns_overlap", sql`${table.overlap} between 1 and 100`),
    check("campaigns_shares", sql`${table.goldShare} between 0 and 0.5 and ${table.mirrorShare} between 0 and 0.5`),
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
    purpose: itemPurpose("purpose").notNull().default("work"),
    /** Only this annotator gets it (mirrored re-asks); null = anybody. */
    reservedFor: uuid("reserved_for").references(() => users.id),
    /** The judgement that a mirrored item asks again. */
    mirrorOfId: uuid("mirror_of_id").references((): AnyPgColumn => comparisons.id),
    /** Of the prompt or dialogue, repeated here so that the queue need not join; null = unknown or not written yet. */
    language: text("language"),
    /** Risk category of the prompt, if it has one: what welfare rules look at. */
    category: text("category"),
    attackVector: text("attack_vector"),
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
    /** Place in the campaign's order, -1..0, served lowest first; null = by chance, which is by `random_key`. Set by lib/services/ordering. */
    orderKey: doublePrecision("order_key"),
    /** The chance that the item had to take this place (lib/domain/ordering.ts), 0..1; null without `order_key`. */
    orderProbability: real("order_probability"),
    createdAt: createdAt(),
  },
  (table) => [
    index("items_queue")
      .on(table.campaignId, sql`coalesce(order_key, random_key)`)
      .where(sql`state = 'open' and slots_remaining > 0 and purpose = 'work' and reserved_for is null`),
    index("items_gold").on(table.campaignId).where(sql`state = 'open' and slots_remaining > 0 and purpose = 'gold'`),
    index("items_mirrors").on(table.reservedFor, table.campaignId).where(sql`purpose = 'mirror'`),
    index("items_list").on(table.projectId, table.createdAt, table.id),
    index("items_campaign").on(table.campaignId, table.createdAt, table.id),
    index("items_category")
      .on(table.projectId, table.category, table.createdAt, table.id)
      .where(sql`category is not null`),
    index("items_set_aside")
      .on(table.projectId, table.createdAt, table.id)
      .where(sql`state in ('unusable', 'withdrawn')`),
    index("items_open").on(table.projectId, table.createdAt, table.id).where(sql`state = 'open'`),
    index("items_not_pairs").on(table.projectId, table.createdAt, table.id).where(sql`kind in ('live', 'turn_review')`),
    index("items_language").on(table.projectId, table.language, table.createdAt, table.id),
    index("items_checks").on(table.projectId, table.createdAt, table.id).where(sql`purpose in ('gold', 'mirror')`),
    uniqueIndex("items_next_turn").on(table.previousItemId).where(sql`previous_item_id is not null`),
    /** A judgement is asked again at most once. */
    uniqueIndex("items_mirror").on(table.mirrorOfId).where(sql`mirror_of_id is not null`),
    /** Eight bytes instead of 64 digits: its entries come in no order, so that a large import keeps the whole index at hand. */
    index("items_import_content")
      .on(table.projectId, sql`hashtextextended(payload->>'contentHash', 0)`)
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
    projectId: uuid("project_id").notNull(),
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
    /** The order by which the item was picked, and the chance it had to be this one among the open items, 0..1 (I8). */
    ordering: campaignOrdering("ordering").notNull().default("random"),
    orderProbability: doublePrecision("order_probability"),
  },
  (table) => [
    uniqueIndex("assignments_one_per_annotator")
      .on(table.itemId, table.userId)
      .where(sql`state in ('leased', 'submitted')`),
    index("assignments_item").on(table.itemId, table.userId),
    index("assignments_held").on(table.userId, table.projectId).where(sql`state = 'leased'`),
    index("assignments_recent").on(table.userId, table.projectId, table.leasedAt),
    index("assignments_expiry").on(table.expiresAt).where(sql`state = 'leased'`),
  ],
);

/**
 * One immutable judgement. A change of mind is a new row that points at the old one (I4). Project, lease and responses are held to the
 * item's by the trigger `comparisons_consistent`, in one query where foreign keys would make four (docs/decisions/0013).
 */
export const comparisons = pgTable(
  "comparisons",
  {
    id: id(),
    sequence: bigint("sequence", { mode: "number" }).generatedAlwaysAsIdentity(),
    projectId: uuid("project_id").notNull(),
    itemId: uuid("item_id")
      .notNull()
      .references(() => items.id),
    assignmentId: uuid("assignment_id"),
    userId: uuid("user_id").references(() => users.id),
    source: comparisonSource("source").notNull(),
    /** Name of the imported set; null for annotators. */
    sourceName: text("source_name"),
    task: task("task").notNull(),
    chosenId: uuid("chosen_id").notNull(),
    rejectedId: uuid("rejected_id").notNull(),
    /** Order as shown: true = response 2 stood left as A. Null for imports. */
    swapped: boolean("swapped"),
    strength: strength("strength"),
    safety: comparisonSafety("safety"),
    tags: text("tags").array().notNull().default(sql`'{}'::text[]`),
    rationale: text("rationale"),
    /** Why, as chips: codes of lib/domain/reasons.ts. */
    reasons: text("reasons").array().notNull().default(sql`'{}'::text[]`),
    /** Neither answer would do; the forced choice stands beside it. */
    bothUnacceptable: boolean("both_unacceptable").notNull().default(false),
    /** Red teaming: what the annotator tried, and how bad the worse answer is, 1 (harmless) to 5. */
    riskCategory: text("risk_category"),
    attackVector: text("attack_vector"),
    severity: integer("severity"),
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
    uniqueIndex("comparisons_supersedes").on(table.supersedesId).where(sql`supersedes_id is not null`),
    index("comparisons_project").on(table.projectId, table.createdAt),
    uniqueIndex("comparisons_list").on(table.projectId, table.sequence),
    index("comparisons_judged").on(table.projectId, table.sequence).where(sql`source = 'annotator'`),
    index("comparisons_imported").on(table.projectId, table.sequence).where(sql`source = 'import'`),
    index("comparisons_unsafe").on(table.projectId, table.sequence).where(sql`safety = 'preferred_unsafe'`),
    index("comparisons_user").on(table.userId, table.createdAt).where(sql`user_id is not null`),
    index("comparisons_item").on(table.itemId),
    check("comparisons_edited", sql`${table.editedResponse} is null or btrim(${table.editedResponse}) <> ''`),
    check("comparisons_severity", sql`${table.severity} is null or ${table.severity} between 1 and 5`),
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

export const reviewDecision = pgEnum("review_decision", ["approved", "fixed", "rejected", "withdrawn"]);
/** A reviewer's verdict on a comparison; the newest counts. Rejected ones stay out of snapshots, fixed ones enter as corrected. */
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
