/** Policies (models that answer) and their variants (sampling parameters + system prompt). */
import { sql } from "drizzle-orm";
import { boolean, check, index, integer, jsonb, pgEnum, pgTable, real, text, uuid } from "drizzle-orm/pg-core";
import { bytea, createdAt, id, instant } from "./columns";
import { users } from "./identity";
import { projects } from "./project";

export const policyKind = pgEnum("policy_kind", ["endpoint", "embedded", "replay"]);

export const policies = pgTable(
  "policies",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    name: text("name").notNull(),
    kind: policyKind("kind").notNull(),
    /** PolicyConfig of lib/domain/policy.ts: endpoint {baseUrl, model}, embedded {model}, replay {recordings}. */
    config: jsonb("config").notNull(),
    /** AES-256-GCM ciphertext of the endpoint's key (lib/auth/secret-box.ts); never leaves the server. */
    secretCiphertext: bytea("secret_ciphertext"),
    /** Which round's model this is; higher = newer. Rejection sampling draws from the newest. */
    generation: integer("generation").notNull().default(0),
    createdAt: createdAt(),
    archivedAt: instant("archived_at"),
  },
  (table) => [index("policies_project").on(table.projectId)],
);

export const policyVariants = pgTable(
  "policy_variants",
  {
    id: id(),
    policyId: uuid("policy_id")
      .notNull()
      .references(() => policies.id),
    name: text("name").notNull(),
    systemPrompt: text("system_prompt").notNull().default(""),
    temperature: real("temperature").notNull().default(1),
    topP: real("top_p").notNull().default(1),
    topK: integer("top_k").notNull().default(0),
    tokensMax: integer("tokens_max").notNull().default(256),
    /** Relative weight when two variants are drawn for a live pair; the resulting probability is stored with the pair (I8). */
    weight: real("weight").notNull().default(1),
    active: boolean("active").notNull().default(true),
    createdAt: createdAt(),
  },
  (table) => [
    index("policy_variants_policy").on(table.policyId),
    check("policy_variants_weight", sql`${table.weight} >= 0`),
    check("policy_variants_temperature", sql`${table.temperature} >= 0`),
  ],
);

export const policyCheckState = pgEnum("policy_check_state", ["queued", "done", "failed"]);

/** A test prompt that a lead sent to a variant; the worker answers. The newest of a policy tells its health. */
export const policyChecks = pgTable(
  "policy_checks",
  {
    id: id(),
    variantId: uuid("variant_id")
      .notNull()
      .references(() => policyVariants.id),
    requestedBy: uuid("requested_by").references(() => users.id),
    prompt: text("prompt").notNull(),
    state: policyCheckState("state").notNull().default("queued"),
    text: text("text"),
    error: text("error"),
    /** Until the first piece of text, and until the end. */
    firstTextMs: integer("first_text_ms"),
    durationMs: integer("duration_ms"),
    createdAt: createdAt(),
    finishedAt: instant("finished_at"),
  },
  (table) => [index("policy_checks_variant").on(table.variantId, table.createdAt)],
);
