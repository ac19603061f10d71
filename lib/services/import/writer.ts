/** Turns parsed rows into dialogues, messages, items, comparisons and prompts, a batch at a time, inside the import's transaction. */
import { randomUUID } from "node:crypto";
import { and, eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { type AuditActor, insertAudit } from "@/db/queries/audit";
import {
  findImported,
  insertDialogues,
  insertImportedComparisons,
  insertItems,
  insertMessages,
  insertPrompts,
  type NewComparison,
  type NewDialogue,
  type NewItem,
  type NewMessage,
} from "@/db/queries/import";
import { campaigns } from "@/db/schema";
import { contentHash, promptHash } from "@/lib/domain/holdout";
import type { Message, Task } from "@/trainer/format/pair";
import type { ImportedRow, OpenRow, PromptRow, VerdictRow } from "./formats/row";

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

/** Rows of one batch, ready for the bulk inserts. */
interface Pending {
  dialogues: NewDialogue[];
  messages: NewMessage[];
  items: NewItem[];
}

export class ImportWriter {
  readonly campaign: ImportCampaign | null;
  private readonly verdictCampaigns = new Map<Task, string>();
  private readonly skippedLines: { line: number; reason: string }[] = [];
  private counts = { comparisons: 0, items: 0, prompts: 0, skipped: 0 };

  constructor(
    private readonly tx: Tx,
    private readonly options: WriterOptions,
  ) {
    this.campaign = options.campaign;
  }

  report() {
    return { ...this.counts, skippedLines: this.skippedLines };
  }

  async write(batch: NumberedRow[]): Promise<void> {
    const pairs = await this.fresh(
      batch.flatMap((entry) =>
        entry.row.kind === "prompt" ? [] : [{ ...entry, row: entry.row, hash: this.hashOf(entry.task, entry.row) }],
      ),
    );
    const verdicts = pairs.filter((pair) => pair.row.kind === "verdict");
    for (const task of new Set(verdicts.map((pair) => pair.task)))
      await this.writeVerdicts(
        task,
        verdicts.filter((pair) => pair.task === task),
      );
    await this.writeOpen(pairs.filter((pair) => pair.row.kind === "open"));
    await this.writePrompts(
      batch.filter((entry): entry is NumberedRow & { row: PromptRow } => entry.row.kind === "prompt"),
    );
  }

  private hashOf(task: Task, row: VerdictRow | OpenRow): string {
    const { kind, prompt } = row;
    if (row.kind === "verdict") return contentHash({ kind, task, prompt, chosen: row.chosen, rejected: row.rejected });
    return contentHash({ kind, campaign: this.campaign?.id, prompt, responses: [...row.responses].sort() });
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
  private addPair(pending: Pending, pair: PairRow, responses: readonly [string, string]): NewItem {
    const dialogueId = randomUUID();
    const { prompt, language, meta } = pair.row;
    pending.dialogues.push({ id: dialogueId, promptHash: promptHash(prompt), language });
    const source = this.options.sourceName;
    let parentId: string | null = null;
    const add = (message: Message, parent: string | null): string => {
      const id = randomUUID();
      pending.messages.push({ id, dialogueId, parentId: parent, ...message, source });
      return id;
    };
    for (const message of prompt) parentId = add(message, parentId);
    const [response1Id, response2Id] = responses.map((content) => add({ role: "assistant", content }, parentId));
    const item: NewItem = {
      id: randomUUID(),
      dialogueId,
      contextMessageId: parentId ?? "",
      response1Id: response1Id ?? "",
      response2Id: response2Id ?? "",
      payload: {
        contentHash: pair.hash,
        importId: this.options.importId,
        line: pair.line,
        ...(hasKeys(meta) ? { meta } : {}),
      },
    };
    pending.items.push(item);
    return item;
  }

  private async insertPending(pending: Pending): Promise<void> {
    await insertDialogues(this.tx, this.options.projectId, pending.dialogues);
    await insertMessages(this.tx, pending.messages);
  }

  private async writeVerdicts(task: Task, pairs: PairRow[]): Promise<void> {
    const pending: Pending = { dialogues: [], messages: [], items: [] };
    const comparisons: NewComparison[] = [];
    for (const pair of pairs) {
      const row = pair.row as VerdictRow;
      const item = this.addPair(pending, pair, [row.chosen, row.rejected]);
      comparisons.push({
        id: randomUUID(),
        itemId: item.id,
        task,
        chosenId: item.response1Id,
        rejectedId: item.response2Id,
        strength: row.strength,
        safety: row.safety,
        contentHash: pair.hash,
      });
    }
    const { projectId, sourceName } = this.options;
    await this.insertPending(pending);
    const campaignId = await this.verdictCampaign(task);
    await insertItems(this.tx, { projectId, campaignId, state: "done", overlap: 1, slotsRemaining: 0 }, pending.items);
    await insertImportedComparisons(this.tx, projectId, sourceName, comparisons);
    this.counts.comparisons += comparisons.length;
  }

  private async writeOpen(pairs: PairRow[]): Promise<void> {
    const { campaign } = this;
    if (pairs.length === 0 || !campaign) return;
    const pending: Pending = { dialogues: [], messages: [], items: [] };
    for (const pair of pairs) this.addPair(pending, pair, (pair.row as OpenRow).responses);
    await this.insertPending(pending);
    await insertItems(
      this.tx,
      {
        projectId: this.options.projectId,
        campaignId: campaign.id,
        state: "open",
        overlap: campaign.overlap,
        slotsRemaining: campaign.overlap,
      },
      pending.items,
    );
    this.counts.items += pairs.length;
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
    const cached = this.verdictCampaigns.get(task);
    if (cached) return cached;
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
