/** Prompts and dialogues. Messages form a tree: siblings are rival answers, the chosen one continues. Messages never change. */
import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  boolean,
  check,
  index,
  jsonb,
  pgEnum,
  pgTable,
  real,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id } from "./columns";
import { users } from "./identity";
import { policyVariants } from "./policy";
import { projects, task } from "./project";

export const messageRole = pgEnum("message_role", ["system", "user", "assistant"]);

export const prompts = pgTable(
  "prompts",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    task: task("task").notNull(),
    /** Message[] ending in a user turn. */
    messages: jsonb("messages").$type<{ role: "system" | "user" | "assistant"; content: string }[]>().notNull(),
    /** SHA-256 of the canonical first user turn; decides hold-out for ever (I6). */
    promptHash: text("prompt_hash").notNull(),
    /** SHA-256 of all messages; finds duplicates. */
    contentHash: text("content_hash").notNull(),
    language: text("language").notNull().default("en"),
    category: text("category"),
    /** A prompt tagged safety-risky is scored by the safety reward (paper section 3.2.3). */
    safetyTagged: boolean("safety_tagged").notNull().default(false),
    source: text("source").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("prompts_content").on(table.projectId, table.task, table.contentHash),
    index("prompts_hash").on(table.promptHash),
    index("prompts_list").on(table.projectId, table.createdAt, table.id),
    index("prompts_category")
      .on(table.projectId, table.category, table.createdAt, table.id)
      .where(sql`category is not null`),
    /** Text search; the expression is that of promptTextLike in db/queries/prompts.ts. */
    index("prompts_text").using("gin", sql`(jsonb_path_query_array(messages, '$[*].content')::text) gin_trgm_ops`),
  ],
);

/** Dialogues and messages are reached by their id alone, from an item or upward from the last message; nothing looks for them otherwise. */
export const dialogues = pgTable("dialogues", {
  id: id(),
  projectId: uuid("project_id")
    .notNull()
    .references(() => projects.id),
  promptId: uuid("prompt_id").references(() => prompts.id),
  /** The annotator who wrote it, for live dialogues. */
  userId: uuid("user_id").references(() => users.id),
  promptHash: text("prompt_hash"),
  language: text("language").notNull().default("en"),
  createdAt: createdAt(),
});

export const messages = pgTable(
  "messages",
  {
    id: id(),
    dialogueId: uuid("dialogue_id")
      .notNull()
      .references(() => dialogues.id),
    parentId: uuid("parent_id").references((): AnyPgColumn => messages.id),
    role: messageRole("role").notNull(),
    content: text("content").notNull(),
    /** What made an assistant message (I8, I9): a variant with its sampling parameters, or a named source. */
    variantId: uuid("variant_id").references(() => policyVariants.id),
    sampling: jsonb("sampling"),
    /** Chance with which this variant was drawn, 0..1. */
    drawProbability: real("draw_probability"),
    source: text("source"),
    authorId: uuid("author_id").references(() => users.id),
    createdAt: createdAt(),
  },
  (table) => [
    /** Near-duplicates of what annotators wrote. Imported messages have no author and cost nothing here. */
    index("messages_authored")
      .using("gin", sql`${table.content} gin_trgm_ops`)
      .where(sql`role = 'user' and author_id is not null`),
    check(
      "messages_origin",
      sql`${table.role} <> 'assistant' or ${table.source} is not null or (${table.variantId} is not null and ${table.sampling} is not null)`,
    ),
    check(
      "messages_probability",
      sql`${table.drawProbability} is null or (${table.drawProbability} > 0 and ${table.drawProbability} <= 1)`,
    ),
  ],
);

export const generationState = pgEnum("generation_state", ["queued", "running", "done", "stopped", "failed"]);
