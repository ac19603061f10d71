/** What every command needs: a database (given, adopted or started for the duration), a secret, a context, and plain errors. */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createDatabase } from "@/db/client";
import { startEmbeddedPostgres } from "@/db/embedded";
import { migrate } from "@/db/migrate";
import { env } from "@/lib/env";
import { DomainError } from "@/lib/errors";
import { type ServiceContext, systemContext } from "@/lib/services/context";
import { listProjects } from "@/lib/services/projects/projects";
import { keptSecret } from "./supervisor/prepare";

export interface Session {
  context: ServiceContext;
  /** Aborted by Ctrl-C: long commands stop with a checkpoint. */
  signal: AbortSignal;
}

const MESSAGES_MAX = 10;

/** Runs one command and sets the exit code. No stack trace reaches the user. */
export async function run(work: (session: Session) => Promise<void>): Promise<void> {
  const control = new AbortController();
  const onSignal = () => control.abort(new DomainError("conflict", "stopped"));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    await withDatabase((context) => work({ context, signal: control.signal }));
  } catch (error) {
    process.exitCode = control.signal.aborted ? 130 : 1;
    report(error);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

async function withDatabase(work: (context: ServiceContext) => Promise<void>): Promise<void> {
  const settings = env();
  settings.LOG_LEVEL = "silent";
  const home = path.resolve(settings.PAIRWRIGHT_HOME);
  await mkdir(home, { recursive: true, mode: 0o700 });
  settings.AUTH_SECRET = await keptSecret(home, settings.AUTH_SECRET);
  const embedded = settings.DATABASE_URL ? undefined : await startEmbeddedPostgres({ home, log: () => undefined });
  const url = embedded?.url ?? settings.DATABASE_URL ?? "";
  settings.DATABASE_URL = url;
  try {
    await migrate(url);
    const { db, pool } = createDatabase(url, { connectionsMax: 4 });
    try {
      await work(systemContext(db, "cli"));
    } finally {
      await pool.end();
    }
  } finally {
    // A server that somebody else runs stays; one of ours goes with the command.
    if (embedded && !embedded.adopted) await embedded.stop();
  }
}

function report(error: unknown): void {
  let message = error instanceof Error ? error.message : String(error);
  // Drizzle puts the statement into the message and Postgres' own words into the cause.
  if (message.startsWith("Failed query") && error instanceof Error && error.cause instanceof Error)
    message = error.cause.message;
  console.error(`error: ${message.split("\n")[0] || (error as { code?: string }).code || "unknown"}`);
  if (!(error instanceof DomainError) || error.problems.length < 2) return;
  for (const { line, path: field, message: text } of error.problems.slice(0, MESSAGES_MAX))
    console.error(`  ${line ? `line ${line}` : (field ?? "")}: ${text}`);
  if (error.problems.length > MESSAGES_MAX) console.error(`  and ${error.problems.length - MESSAGES_MAX} more`);
}

/** A project by id or name; without one, the only project there is. */
export async function findProject(context: ServiceContext, wanted: string | undefined): Promise<string> {
  const { rows } = await listProjects(context);
  const found = wanted === undefined ? rows : rows.filter(({ id, name }) => id === wanted || name === wanted);
  if (found.length === 1 && found[0]) return found[0].id;
  const names = rows.map(({ id, name }) => `${id} (${name})`).join(", ") || "none yet";
  if (wanted === undefined) throw new DomainError("invalid", `Which project? Give --project. There are: ${names}`);
  throw new DomainError(
    "not_found",
    `${found.length === 0 ? "No" : "More than one"} project "${wanted}". There are: ${names}`,
  );
}

export const print = (line: string): void => console.log(line);
export const printJson = (value: unknown): void => console.log(JSON.stringify(value, null, 2));
