/** People and how they prove who they are. Password hashes live apart so that no session query can carry one. */
import { sql } from "drizzle-orm";
import { index, integer, pgEnum, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "./columns";

export const role = pgEnum("role", ["annotator", "reviewer", "lead", "admin"]);

export const users = pgTable(
  "users",
  {
    id: id(),
    /** NFKC-normalised, lower case. */
    email: text("email").notNull(),
    name: text("name").notNull(),
    emailVerified: instant("email_verified"),
    image: text("image"),
    role: role("role").notNull().default("annotator"),
    locale: text("locale").notNull().default("en"),
    /** Languages (BCP 47 primary tags) whose items this person may get; empty = any. */
    languages: text("languages").array().notNull().default(sql`'{}'::text[]`),
    disabledAt: instant("disabled_at"),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("users_email").on(table.email)],
);

export const credentials = pgTable("credentials", {
  userId: uuid("user_id")
    .primaryKey()
    .references(() => users.id, { onDelete: "cascade" }),
  passwordHash: text("password_hash").notNull(),
  changedAt: instant("changed_at").notNull().default(sql`now()`),
});

/** External identities (OIDC), in the shape @auth/drizzle-adapter expects. */
export const accounts = pgTable(
  "accounts",
  {
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    type: text("type").notNull(),
    provider: text("provider").notNull(),
    providerAccountId: text("provider_account_id").notNull(),
    refresh_token: text("refresh_token"),
    access_token: text("access_token"),
    expires_at: integer("expires_at"),
    token_type: text("token_type"),
    scope: text("scope"),
    id_token: text("id_token"),
    session_state: text("session_state"),
  },
  (table) => [primaryKey({ columns: [table.provider, table.providerAccountId] })],
);

/** Sessions live in the database, so that sign-out and disabling end them at once. The token is stored as SHA-256. */
export const sessions = pgTable(
  "sessions",
  {
    sessionToken: text("session_token").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    expires: instant("expires").notNull(),
    createdAt: createdAt(),
    lastSeenAt: instant("last_seen_at").notNull().default(sql`now()`),
  },
  (table) => [index("sessions_user").on(table.userId)],
);

export const apiTokens = pgTable(
  "api_tokens",
  {
    id: id(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** SHA-256 of the token; the token itself is shown once. */
    tokenHash: text("token_hash").notNull(),
    scopes: text("scopes").array().notNull(),
    expiresAt: instant("expires_at"),
    revokedAt: instant("revoked_at"),
    lastUsedAt: instant("last_used_at"),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("api_tokens_hash").on(table.tokenHash), index("api_tokens_user").on(table.userId)],
);

/** Failed sign-ins by account and by address, for throttling. `key` = "account:<sha256>" or "address:<ip>". */
export const signInAttempts = pgTable("sign_in_attempts", {
  key: text("key").primaryKey(),
  failures: integer("failures").notNull().default(0),
  windowStartedAt: instant("window_started_at").notNull().default(sql`now()`),
});
