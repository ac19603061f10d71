/** Turns parsed rows into dialogues, messages, items, comparisons and prompts, a batch at a time, inside the import's transaction. */
import { randomUUID } from "node:crypto";
import { and, eq, inArray } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { type AuditActor, insertAudit } from "@/db/queries/audit";
import {
  canLoadWithoutTriggers,
  findImported,
  hasImported,
  type ItemTarget,
  insertPrompts,
  loadPairs,
  type NewMessage,
  type NewPair,
  PairLines,
  type PairLoad,
} from "@/db/queries/import";
import { campaigns } from "@/db/schema";
import { contentHash, promptHash, sortedContentHash } from "@/lib/domain/holdout";
import { type Message, TASKS, type Task } from "@/trainer/format/pair";
import type { ImportedRow, OpenRow, PromptRow, VerdictRow } from "./formats/row";
import { risingId } from "./ids";
import { SeenHashes } from "./seen";

export interface NumberedRow {
  line: number;
  task: Task;
  row: ImportedRow;
}
export interface ImportCampaign {
  id: string;
  task: Task;
  overlap: number;
}
export interface WriterOptions {
  projectId: string;
  importId: string;
  sourceName: string;
  campaign: ImportCampaign | null;
  actor: AuditActor;
}
type PairRow = NumberedRow & { row: VerdictRow | OpenRow; hash: string };
type PromptEntry = NumberedRow & { row: PromptRow };

interface Skipped {
  line: number;
  reason: string;
}

/** Rows that are written together, besides those whose lines are made. */
interface Batch {
  /** The database must say whether these are known. */
  doubtful: PairRow[];
  skipped: Skipped[];
  /** Lines in the file of the new pairs, by hash. */
  lines: Map<string, number>;
  prompts: PromptEntry[];
}
const emptyBatch = (): Batch => ({ doubtful: [], skipped: [], lines: new Map(), prompts: [] });

/** A batch with nothing left to decide. */
export interface PreparedBatch {
  pairs: PairLoad;
  prompts: PromptEntry[];
}

const SKIPPED_LINES_MAX = 50;
const EQUAL_SIDES = "chosen and rejected are the same text";

interface Start {
  withoutTriggers: boolean;
  /** Something was imported before: every pair is doubtful. */
  hasImported: boolean;
  verdictCampaigns: Map<Task, string>;
}

export class ImportWriter {
  readonly campaign: ImportCampaign | null;
  /** Closed campaigns whose rows are still to be written. */
  private readonly newCampaigns: Task[] = [];
  private readonly seen = new SeenHashes();
  private readonly skippedLines: Skipped[] = [];
  private readonly pairs: PairLines;
  private counts = { comparisons: 0, items: 0, prompts: 0, skipped: 0 };
  private batch = emptyBatch();

  private constructor(
    private readonly tx: Tx,
    private readonly options: WriterOptions,
    private readonly start: Start,
  ) {
    this.campaign = options.campaign;
    this.pairs = new PairLines(options.projectId, options.sourceName);
  }

  static async create(tx: Tx, options: WriterOptions): Promise<ImportWriter> {
    const { projectId } = options;
    return new ImportWriter(tx, options, {
      withoutTriggers: await canLoadWithoutTriggers(tx),
      hasImported: await hasImported(tx, projectId),
      verdictCampaigns: await findVerdictCampaigns(tx, projectId),
    });
  }

  report() {
    return { ...this.counts, skippedLines: this.skippedLines };
  }

  /** Takes a row into the batch. Most of the work is done here, so that it is spread evenly over the reading. */
  add({ line, task, row }: NumberedRow): void {
    if (row.kind === "prompt") this.batch.prompts.push({ line, task, row });
    else this.addPair({ line, task, row, hash: this.hashOf(task, row) });
  }

  private addPair(pair: PairRow): void {
    const { line, row, hash } = pair;
    const { skipped, doubtful, lines } = this.batch;
    if (row.kind === "verdict" && row.chosen === row.rejected) {
      skipped.push({ line, reason: EQUAL_SIDES });
      return;
    }
    const mayBeKnown = this.seen.add(hash);
    const earlier = lines.get(hash);
    if (earlier !== undefined) skipped.push({ line, reason: `the same as line ${earlier}` });
    else if (mayBeKnown || this.start.hasImported) doubtful.push(pair);
    else this.keep(pair);
  }

  /**
   * Decides what is left of the rows taken since the last call. What is doubtful is looked up once `before`, the writing of the batch
   * before, is done: it may have come from there.
   */
  async prepare(before: Promise<void>): Promise<PreparedBatch> {
    const { doubtful, skipped, prompts } = this.batch;
    if (doubtful.length > 0) {
      await before;
      await this.resolve(doubtful);
    }
    for (const { line, reason } of skipped.sort((one, other) => one.line - other.line)) this.skip(line, reason);
    this.batch = emptyBatch();
    return { pairs: this.pairs.take(), prompts };
  }

  private async resolve(doubtful: readonly PairRow[]): Promise<void> {
    const { projectId, importId } = this.options;
    const hashes = doubtful.map(({ hash }) => hash);
    const known = new Map((await findImported(this.tx, projectId, hashes)).map((row) => [row.hash, row]));
    const { skipped, lines } = this.batch;
    for (const pair of doubtful) {
      const { line, hash } = pair;
      const row = known.get(hash);
      const earlier = row?.importId === importId ? row.line : lines.get(hash);
      if (earlier !== undefined && earlier !== null) skipped.push({ line, reason: `the same as line ${earlier}` });
      else if (row) skipped.push({ line, reason: "already in the project" });
      else this.keep(pair);
    }
  }

  /** One call at a time. */
  async write({ pairs, prompts }: PreparedBatch): Promise<void> {
    for (const task of this.newCampaigns.splice(0)) await this.createVerdictCampaign(task);
    await loadPairs(this.tx, pairs, this.start.withoutTriggers);
    await this.writePrompts(prompts);
  }

  private hashOf(task: Task, row: VerdictRow | OpenRow): string {
    const prompt = row.prompt.map(({ role, content }) => ({ content, role }));
    if (row.kind === "verdict") {
      const { chosen, rejected } = row;
      return sortedContentHash({ chosen, kind: "verdict", prompt, rejected, task });
    }
    return sortedContentHash({
      campaign: this.campaign?.id,
      kind: "open",
      prompt,
      responses: row.responses.toSorted(),
    });
  }

  private skip(line: number, reason: string): void {
    this.counts.skipped += 1;
    if (this.skippedLines.length < SKIPPED_LINES_MAX) this.skippedLines.push({ line, reason });
  }

  private keep(pair: PairRow): void {
    this.batch.lines.set(pair.hash, pair.line);
    this.pairs.add(pair.row.kind === "verdict" ? this.judged(pair, pair.row) : this.open(pair, pair.row));
  }

  /** Dialogue, messages and item of one pair; the first response is stored as response 1. */
  private pairOf(pair: PairRow, responses: readonly [string, string], target: ItemTarget): NewPair {
    const dialogueId = risingId();
    const { prompt, language, category, attackVector } = pair.row;
    const messages: NewMessage[] = [];
    const add = ({ role, content }: Message, parentId: string | null): string => {
      const id = risingId();
      messages.push({ id, dialogueId, parentId, role, content });
      return id;
    };
    let parentId: string | null = null;
    for (const message of prompt) parentId = add(message, parentId);
    return {
      dialogue: { id: dialogueId, promptHash: promptHash(prompt), language },
      messages,
      item: {
        id: risingId(),
        target,
        dialogueId,
        contextMessageId: parentId ?? "",
        response1Id: add({ role: "assistant", content: responses[0] }, parentId),
        response2Id: add({ role: "assistant", content: responses[1] }, parentId),
        language,
        category,
        attackVector,
        payload: this.payloadOf(pair),
      },
      comparison: null,
    };
  }

  private payloadOf({ hash, line, row }: PairRow): string {
    const place = `{"contentHash":"${hash}","importId":"${this.options.importId}","line":${line}`;
    return Object.keys(row.meta).length > 0 ? `${place},"meta":${JSON.stringify(row.meta)}}` : `${place}}`;
  }

  private judged(pair: PairRow, row: VerdictRow): NewPair {
    const { task, hash } = pair;
    const campaignId = this.verdictCampaign(task);
    const made = this.pairOf(pair, [row.chosen, row.rejected], {
      campaignId,
      state: "done",
      overlap: 1,
      slotsRemaining: 0,
    });
    const { id: itemId, response1Id: chosenId, response2Id: rejectedId } = made.item;
    const { strength, safety } = row;
    this.counts.comparisons += 1;
    return {
      ...made,
      comparison: { id: risingId(), itemId, task, chosenId, rejectedId, strength, safety, contentHash: hash },
    };
  }

  private open(pair: PairRow, row: OpenRow): NewPair {
    if (!this.campaign) throw new Error("a pair without a verdict came without a campaign");
    const { id: campaignId, overlap } = this.campaign;
    this.counts.items += 1;
    return this.pairOf(pair, row.responses, { campaignId, state: "open", overlap, slotsRemaining: overlap });
  }

  private async writePrompts(entries: PromptEntry[]): Promise<void> {
    const seen = new Map<string, number>();
    const rows = entries.flatMap(({ line, task, row }) => {
      const hash = contentHash(row.prompt);
      const earlier = seen.get(`${task}:${hash}`);
      if (earlier !== undefined) {
        this.skip(line, `the same as line ${earlier}`);
        return [];
      }
      seen.set(`${task}:${hash}`, line);
      const { language, category, safetyTagged } = row;
      return [
        {
          task,
          messages: row.prompt.map((message) => ({ ...message })),
          promptHash: promptHash(row.prompt),
          contentHash: hash,
          language,
          category,
          safetyTagged,
        },
      ];
    });
    if (rows.length === 0) return;
    const stored = await insertPrompts(this.tx, this.options.projectId, this.options.sourceName, rows);
    this.counts.prompts += stored.size;
    for (const [key, line] of seen) if (!stored.has(key)) this.skip(line, "already in the project");
  }

  /** Imported verdicts live in one closed campaign per task: nobody is asked to judge them again. Its row is written before they are. */
  private verdictCampaign(task: Task): string {
    const known = this.start.verdictCampaigns.get(task);
    if (known !== undefined) return known;
    const id = randomUUID();
    this.start.verdictCampaigns.set(task, id);
    this.newCampaigns.push(task);
    return id;
  }

  private async createVerdictCampaign(task: Task): Promise<void> {
    const { projectId, actor } = this.options;
    const objectId = this.verdictCampaign(task);
    const name = verdictCampaignName(task);
    await this.tx
      .insert(campaigns)
      .values({ id: objectId, projectId, name, kind: "preference", task, state: "closed" });
    await insertAudit(this.tx, { actor, action: "campaign.created", objectType: "campaign", objectId, projectId });
  }
}

const verdictCampaignName = (task: Task): string => `Imported comparisons (${task})`;

async function findVerdictCampaigns(tx: Tx, projectId: string): Promise<Map<Task, string>> {
  const rows = await tx
    .select({ id: campaigns.id, task: campaigns.task, name: campaigns.name })
    .from(campaigns)
    .where(and(eq(campaigns.projectId, projectId), inArray(campaigns.name, TASKS.map(verdictCampaignName))));
  return new Map(rows.filter(({ task, name }) => name === verdictCampaignName(task)).map(({ id, task }) => [task, id]));
}
