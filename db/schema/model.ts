/** Training runs, their metrics, the reward models they make and how those were evaluated. */
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
import { users } from "./identity";
import { projects, task } from "./project";
import { rounds, snapshots } from "./round";

export const trainingRunState = pgEnum("training_run_state", ["queued", "running", "done", "failed", "cancelled"]);

export const trainingRuns = pgTable(
  "training_runs",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    roundId: uuid("round_id").references((): AnyPgColumn => rounds.id),
    snapshotId: uuid("snapshot_id")
      .notNull()
      .references((): AnyPgColumn => snapshots.id),
    task: task("task").notNull(),
    state: trainingRunState("state").notNull().default("queued"),
    /** TrainingConfig of trainer/format/training-config.ts. */
    config: jsonb("config").notNull(),
    /** Base model: a directory or GGUF file, or "tiny" (made from scratch). */
    baseModel: text("base_model").notNull(),
    /** Path below PAIRWRIGHT_HOME. */
    directory: text("directory").notNull(),
    engine: text("engine"),
    engineReason: text("engine_reason"),
    progress: real("progress").notNull().default(0),
    error: text("error"),
    cancelRequested: boolean("cancel_requested").notNull().default(false),
    /** Fencing token: only the current attempt may write metrics and results. */
    attempt: integer("attempt").notNull().default(0),
    /** Refreshed by the worker that runs it; a stale one is taken over. */
    heartbeatAt: instant("heartbeat_at"),
    createdBy: uuid("created_by").references(() => users.id),
    createdAt: createdAt(),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
  },
  (table) => [
    index("training_runs_project").on(table.projectId, table.createdAt),
    uniqueIndex("training_runs_round_task").on(table.roundId, table.task),
  ],
);

export const trainingMetrics = pgTable(
  "training_metrics",
  {
    trainingRunId: uuid("training_run_id")
      .notNull()
      .references(() => trainingRuns.id),
    step: integer("step").notNull(),
    /** TrainingMetric of trainer/format/training-config.ts. */
    values: jsonb("values").notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.trainingRunId, table.step] })],
);

export const rewardModelState = pgEnum("reward_model_state", ["candidate", "serving", "retired"]);

export const rewardModels = pgTable(
  "reward_models",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    trainingRunId: uuid("training_run_id")
      .notNull()
      .unique()
      .references(() => trainingRuns.id),
    task: task("task").notNull(),
    state: rewardModelState("state").notNull().default("candidate"),
    /** Path below PAIRWRIGHT_HOME of a LlamaForSequenceClassification directory. */
    directory: text("directory").notNull(),
    /** SHA-256 of model.safetensors. */
    weightsSha256: text("weights_sha256").notNull(),
    createdAt: createdAt(),
    promotedAt: instant("promoted_at"),
  },
  (table) => [uniqueIndex("reward_models_one_serving").on(table.projectId, table.task).where(sql`state = 'serving'`)],
);

export const evaluations = pgTable(
  "evaluations",
  {
    id: id(),
    rewardModelId: uuid("reward_model_id")
      .notNull()
      .references(() => rewardModels.id),
    snapshotId: uuid("snapshot_id")
      .notNull()
      .references((): AnyPgColumn => snapshots.id),
    /** EvaluationReport of trainer/format/evaluation.ts. */
    report: jsonb("report").notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("evaluations_once").on(table.rewardModelId, table.snapshotId)],
);

export const scoreRequestState = pgEnum("score_request_state", ["queued", "done", "failed"]);

/** Responses sent in to be scored: the web server queues, the worker answers. */
export const scoreRequests = pgTable(
  "score_requests",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    rewardModelId: uuid("reward_model_id")
      .notNull()
      .references(() => rewardModels.id),
    requestedBy: uuid("requested_by").references(() => users.id),
    state: scoreRequestState("state").notNull().default("queued"),
    responses: jsonb("responses")
      .$type<{ id: string; prompt: { role: "system" | "user" | "assistant"; content: string }[]; response: string }[]>()
      .notNull(),
    /** Raw rewards (logits) in the order of `responses`; null until done. */
    rewards: jsonb("rewards").$type<number[]>(),
    error: text("error"),
    createdAt: createdAt(),
    finishedAt: instant("finished_at"),
  },
  (table) => [index("score_requests_model").on(table.rewardModelId, table.createdAt)],
);
