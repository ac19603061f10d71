/**
 * Who is behind a cookie or a token, kept for a short time so that the hot paths need not ask the database at every call. Sign-out,
 * revocation, disabling and new roles take effect at once all the same: triggers tell of them (migration 0012), this listens, and
 * nothing is kept while nobody listens. What this process changes itself it forgets before it answers (`forgetPeople`).
 */
import pg from "pg";
import { env, requireDatabaseUrl } from "@/lib/env";
import { log } from "@/lib/log";

const CHANNEL = "identity_changed";
const KEPT_MS = 60_000;
/** The connection is asked this often whether it still lives. */
const PING_MS = 2_000;
/** After this long without an answer notices may have been lost. */
const SILENT_MS_MAX = 5_000;
const RETRY_MS = 1_000;
const ENTRIES_MAX = 20_000;

export interface Person {
  id: string;
  /** When the session or token ends by itself, epoch ms; null = never. */
  endsAtMs: number | null;
}
interface Entry {
  person: Person;
  until: number;
}

export class KnownPeople {
  private readonly entries = new Map<string, Entry>();
  private changes = 0;
  private heardAt = 0;
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly url: string) {}

  /** Goes on for the life of the process, and holds it from ending no longer than anything else does. */
  start(): void {
    void this.listen();
  }

  /** `key` must hold the whole credential, or its hash. */
  async find<T extends Person>(key: string, load: () => Promise<T | null>): Promise<T | null> {
    const now = Date.now();
    if (now - this.heardAt > SILENT_MS_MAX) return load();
    const known = this.entries.get(key);
    if (known && known.until > now) return known.person as T;
    const { changes } = this;
    const person = await load();
    // A notice that came meanwhile may be about this very answer.
    if (person && changes === this.changes) this.keep(key, person);
    return person;
  }

  forget(userId?: string): void {
    this.changes += 1;
    if (userId === undefined) this.entries.clear();
    else for (const [key, { person }] of this.entries) if (person.id === userId) this.entries.delete(key);
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    const { client } = this;
    this.lose();
    clearTimeout(this.timer);
    await client?.end().catch(() => undefined);
  }

  private keep(key: string, person: Person): void {
    if (this.entries.size >= ENTRIES_MAX) this.entries.clear();
    this.entries.set(key, {
      person,
      until: Math.min(Date.now() + KEPT_MS, person.endsAtMs ?? Number.POSITIVE_INFINITY),
    });
  }

  private async listen(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 5_000, keepAlive: true });
    this.client = client;
    client.on("notification", ({ payload }) => this.forget(payload || undefined));
    client.on("error", (error) => this.fail(client, error));
    client.on("end", () => this.fail(client, new Error("the connection ended")));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      this.forget();
      this.heardAt = Date.now();
      this.ping(client);
    } catch (error) {
      this.fail(client, error as Error);
    }
  }

  private ping(client: pg.Client): void {
    this.timer = setTimeout(async () => {
      const asked = Date.now();
      try {
        await client.query("select 1");
        this.heardAt = asked;
        this.ping(client);
      } catch (error) {
        this.fail(client, error as Error);
      }
    }, PING_MS);
    this.timer.unref();
  }

  private lose(): void {
    this.client = undefined;
    this.heardAt = 0;
    this.forget();
  }

  private fail(client: pg.Client, error: Error): void {
    if (client !== this.client) return;
    this.lose();
    log("auth").warn({ err: error.message }, "cannot hear of changed sign-ins; each call asks the database");
    void client.end().catch(() => undefined);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.listen(), RETRY_MS);
    this.timer.unref();
  }
}

const holder = globalThis as typeof globalThis & { pairwrightPeople?: KnownPeople };

/** Of the web server in service; undefined elsewhere, where nothing is kept. */
export function knownPeople(): KnownPeople | undefined {
  if (holder.pairwrightPeople || env().NODE_ENV !== "production") return holder.pairwrightPeople;
  holder.pairwrightPeople = new KnownPeople(requireDatabaseUrl());
  holder.pairwrightPeople.start();
  return holder.pairwrightPeople;
}

/** After this process has changed who may do what; the notice to itself would come a moment later. */
export function forgetPeople(): void {
  holder.pairwrightPeople?.forget();
}
