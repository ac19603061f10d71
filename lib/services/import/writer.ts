/** Turns parsed rows into dialogues, messages, items, comparisons and prompts, a batch at a time, inside the import's transaction. */
import { and, eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { type AuditActor, insertAudit } from "@/db/queries/audit";
import {
  canLoadWithoutTriggers,
  findImported,
  type ItemTarget,
  insertPrompts,
  loadPairs,
  type NewItem,
  type PairRows,
} from "@/db/queries/import";
import { campaigns } from "@/db/schema";
import { contentHash, promptHash, sortedContentHash } from "@/lib/domain/holdout";
import type { Message, Task } from "@/trainer/format/pair";
import type { ImportedRow, OpenRow, PromptRow, VerdictRow } from "./formats/row";
import { risingId } from "./ids";

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

const SKIPPED_LINES_MAX = 50;

export class ImportWriter {
  readonly campaign: ImportCampaign | null;
  private readonly verdictCampaigns = new Map<Task, string>();
  private readonly skippedLines: { line: number; reason: string }[] = [];
  private counts = { comparisons: 0, items: 0, prompts: 0, skipped: 0 };

  private constructor(
    private readonly tx: Tx,
    private readonly options: WriterOptions,
    private readonly withoutTriggers: boolean,
  ) {
    this.campaign = options.campaign;
  }

  static async create(tx: Tx, options: WriterOptions): Promise<ImportWriter> {
    return new ImportWriter(tx, options, await canLoadWithoutTriggers(tx));
  }

  report() {
    return { ...this.counts, skippedLines: this.skippedLines };
  }

  /** One call at a time: a batch looks for duplicates among what the batches before it stored. */
  async write(batch: NumberedRow[]): Promise<void> {
    const pairs = await this.fresh(
      batch.flatMap((entry) =>
        entry.row.kind === "prompt" ? [] : [{ ...entry, row: entry.row, hash: this.hashOf(entry.task, entry.row) }],
      ),
    );
    const rows: PairRows = { dialogues: [], messages: [], items: [], comparisons: [] };
    for (const pair of pairs)
      if (pair.row.kind === "verdict") await this.addVerdict(rows, pair, pair.row);
      else this.addOpen(rows, pair, pair.row);
    if (pairs.length > 0) {
      const { projectId, sourceName } = this.options;
      await loadPairs(this.tx, { projectId, sourceName, withoutTriggers: this.withoutTriggers }, rows);
    }
    this.counts.comparisons += rows.comparisons.length;
    this.counts.items += rows.items.length - rows.comparisons.length;
    await this.writePrompts(
      batch.filter((entry): entry is NumberedRow & { row: PromptRow } => entry.row.kind === "prompt"),
    );
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

  /** Drops pairs whose sides are equal and pairs seen before, in this batch, earlier in this file, or in the project. */
  private async fresh(pairs: PairRow[]): Promise<PairRow[]> {
    if (pairs.length === 0) return [];
    const hashes = pairs.map((pair) => pair.hash);
    const known = new Map((await findImported(this.tx, this.options.projectId, hashes)).map((row) => [row.hash, row]));
    const lines = new Map<string, number>();
    return pairs.filter(({ line, row, hash }) => {
      const stored = known.get(hash);
      const earlier = stored?.importId === this.options.importId ? stored.line : lines.get(hash);
      if (row.kind === "verdict" && row.chosen === row.rejected)
        this.skip(line, "chosen and rejected are the same text");
      else if (earlier !== undefined && earlier !== null) this.skip(line, `the same as line ${earlier}`);
      else if (stored) this.skip(line, "already in the project");
      else {
        lines.set(hash, line);
        return true;
      }
      return false;
    });
  }

  /** Adds dialogue, messages and item of one pair; the first response is stored as response 1. */
  private addPair(rows: PairRows, pair: PairRow, responses: readonly [string, string], target: ItemTarget): NewItem {
    const dialogueId = risingId();
    const { prompt, language, category, attackVector, meta } = pair.row;
    rows.dialogues.push({ id: dialogueId, promptHash: promptHash(prompt), language });
    const add = ({ role, content }: Message, parentId: string | null): string => {
      const id = risingId();
      rows.messages.push({ id, dialogueId, parentId, role, content });
      return id;
    };
    let parentId: string | null = null;
    for (const message of prompt) parentId = add(message, parentId);
    const { importId } = this.options;
    const item: NewItem = {
      id: risingId(),
      target,
      dialogueId,
      contextMessageId: parentId ?? "",
      response1Id: add({ role: "assistant", content: responses[0] }, parentId),
      response2Id: add({ role: "assistant", content: responses[1] }, parentId),
      language,
      category,
      attackVector,
      payload: { contentHash: pair.hash, importId, line: pair.line, ...(hasKeys(meta) ? { meta } : {}) },
    };
    rows.items.push(item);
    return item;
  }

  private async addVerdict(rows: PairRows, pair: PairRow, row: VerdictRow): Promise<void> {
    const campaignId = this.verdictCampaigns.get(pair.task) ?? (await this.verdictCampaign(pair.task));
    const target: ItemTarget = { campaignId, state: "done", overlap: 1, slotsRemaining: 0 };
    const item = this.addPair(rows, pair, [row.chosen, row.rejected], target);
    rows.comparisons.push({
      id: risingId(),
      itemId: item.id,
      task: pair.task,
      chosenId: item.response1Id,
      rejectedId: item.response2Id,
      strength: row.strength,
      safety: row.safety,
      contentHash: pair.hash,
    });
  }

  private addOpen(rows: PairRows, pair: PairRow, row: OpenRow): void {
    const { campaign } = this;
    if (!campaign) return;
    const { id, overlap } = campaign;
    this.addPair(rows, pair, row.responses, { campaignId: id, state: "open", overlap, slotsRemaining: overlap });
  }

  private async writePrompts(entries: (NumberedRow & { row: PromptRow })[]): Promise<void> {
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

  /** Imported verdicts live in one closed campaign per task: nobody is asked to judge them again. */
  private async verdictCampaign(task: Task): Promise<string> {
    const { projectId, actor } = this.options;
    const name = `Imported comparisons (${task})`;
    const where = and(eq(campaigns.projectId, projectId), eq(campaigns.name, name), eq(campaigns.task, task));
    let [campaign] = await this.tx.select({ id: campaigns.id }).from(campaigns).where(where);
    if (!campaign) {
      [campaign] = await this.tx
        .insert(campaigns)
        .values({ projectId, name, kind: "preference", task, state: "closed" })
        .returning({ id: campaigns.id });
      const objectId = campaign?.id ?? "";
      await insertAudit(this.tx, { actor, action: "campaign.created", objectType: "campaign", objectId, projectId });
    }
    const id = campaign?.id ?? "";
    this.verdictCampaigns.set(task, id);
    return id;
  }
}

const hasKeys = (value: Record<string, unknown>): boolean => Object.keys(value).length > 0;
