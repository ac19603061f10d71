/**
 * Freezes a project's usable comparisons: train.jsonl and heldout.jsonl, then manifest.json, then the row with its lineage and
 * audit event, all in one transaction. A crash before the commit leaves a folder that nothing points at (I5, I6, I9).
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import * as queries from "@/db/queries/snapshots";
import { rounds, snapshots } from "@/db/schema";
import type { Snapshot } from "@/lib/contracts/snapshots";
import { gwetAgreement } from "@/lib/domain/agreement";
import { canonicalJson } from "@/lib/domain/canonical-json";
import { isHeldout, promptHash } from "@/lib/domain/holdout";
import { projectSettingsSchema } from "@/lib/domain/project-settings";
import { env } from "@/lib/env";
import { DomainError, notFound } from "@/lib/errors";
import { version } from "@/package.json";
import type { PreferencePair } from "@/trainer/format/pair";
import { SNAPSHOT_FORMAT, type SnapshotManifest, type Split } from "@/trainer/format/snapshot";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { DatasheetCounts } from "./datasheet";
import { HashedFile, syncDirectory } from "./files";
import { snapshotView } from "./read";

/** Two such batches are in memory. */
const FETCH_ROWS = 500;

export interface FreezeInput {
  projectId: string;
  /** A round has one snapshot: freezing again gives the one it has. */
  roundId?: string;
  name: string;
}

/** Errors: DomainError `conflict` when nothing is usable, `not_found` for a project or round that is not there. */
export async function freezeSnapshot(context: ServiceContext, input: FreezeInput): Promise<Snapshot> {
  const project = await requireProject(context, context.db, input.projectId, "lead");
  const { heldoutShare } = projectSettingsSchema.parse(project.settings);
  return inTransaction(context, async (tx) => {
    await queries.lockSnapshots(tx, input.projectId);
    const existing = input.roundId ? await ofRound(tx, input.projectId, input.roundId) : null;
    if (existing) return existing;
    const id = randomUUID();
    const relative = path.join("snapshots", id);
    const directory = path.join(env().PAIRWRIGHT_HOME, relative);
    await mkdir(directory, { recursive: true });
    try {
      const share = Math.max(heldoutShare, await queries.heldoutShareMax(tx, input.projectId));
      const manifest = await writeFiles(tx, input.projectId, directory, share);
      const text = `${JSON.stringify(manifest, null, 2)}\n`;
      const file = await HashedFile.create(directory, "manifest.json");
      await file.write(text, 0);
      await file.finish();
      await syncDirectory(path.dirname(directory));
      const manifestSha256 = createHash("sha256").update(text).digest("hex");
      return await record(context, tx, { ...input, id, directory: relative, manifest, manifestSha256 });
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  });
}

async function ofRound(tx: Tx, projectId: string, roundId: string): Promise<Snapshot | null> {
  const [round] = await tx.select({ projectId: rounds.projectId }).from(rounds).where(eq(rounds.id, roundId));
  if (round?.projectId !== projectId) throw notFound("Round");
  const [row] = await tx.select().from(snapshots).where(eq(snapshots.roundId, roundId));
  return row ? snapshotView(row) : null;
}

async function writeFiles(tx: Tx, projectId: string, directory: string, share: number): Promise<SnapshotManifest> {
  const files = {
    train: await HashedFile.create(directory, "train.jsonl"),
    heldout: await HashedFile.create(directory, "heldout.jsonl"),
  };
  try {
    const counts = await writeRows(tx, projectId, files, share);
    if (files.train.rows + files.heldout.rows === 0)
      throw new DomainError("conflict", "There is nothing to freeze: the project has no usable comparison yet.");
    return {
      format: SNAPSHOT_FORMAT,
      createdAt: new Date().toISOString(),
      heldoutShare: share,
      files: { train: await files.train.finish(), heldout: await files.heldout.finish() },
      datasheet: await datasheet(tx, projectId, counts),
    };
  } finally {
    await files.train.abandon();
    await files.heldout.abandon();
  }
}

async function writeRows(
  tx: Tx,
  projectId: string,
  files: Record<Split, HashedFile>,
  share: number,
): Promise<DatasheetCounts> {
  const counts = new DatasheetCounts();
  await queries.createFreezeTable(tx);
  await queries.openFrozenCursor(tx, projectId);
  let fetched = fetchAhead(tx);
  for (;;) {
    const rows = await fetched;
    // The database finds the next rows while these are written.
    fetched = fetchAhead(tx);
    const texts: Record<Split, string[]> = { train: [], heldout: [] };
    const kept: { id: string; heldout: boolean }[] = [];
    for (const row of rows) {
      if (row.exclusion) {
        counts.addExcluded(row.exclusion);
        continue;
      }
      const hash = promptHash(row.prompt);
      const split: Split = isHeldout(hash, share) ? "heldout" : "train";
      const pair = toPair(row, hash, projectId);
      for (const line of [pair, ...editedPairs(pair, row.editedResponse)])
        texts[split].push(`${JSON.stringify(line)}\n`);
      kept.push({ id: row.id, heldout: split === "heldout" });
      counts.add(row, split);
    }
    for (const split of ["train", "heldout"] as const)
      await files[split].write(texts[split].join(""), texts[split].length);
    await queries.addFreezeRows(tx, kept);
    if (rows.length < FETCH_ROWS) return counts;
  }
}

/** A failure is the next reader's; where there is none, because another one came first, it must not end the process. */
function fetchAhead(tx: Tx): Promise<queries.FrozenRow[]> {
  const rows = queries.fetchFrozen(tx, FETCH_ROWS);
  rows.catch(() => undefined);
  return rows;
}

/** Nobody outside can turn it back into a person; within a project the same person keeps the same hash. */
const annotatorHash = (projectId: string, userId: string): string =>
  createHash("sha256").update(`pairwright.annotator:${projectId}:${userId}`).digest("hex").slice(0, 16);

/**
 * Who else had a hand in it. `softLabel` = share of the annotators who prefer this row's chosen answer, where an adjudicator found
 * that people differ in earnest; the rows of the other side carry the rest.
 */
function standingMeta({ correctedBy, adjudicatedBy, votes, isPlurality }: queries.FrozenRow, projectId: string) {
  const [same, other] = votes ?? [0, 0];
  return {
    correctedBy: correctedBy ? annotatorHash(projectId, correctedBy) : undefined,
    adjudicatedBy: adjudicatedBy ? annotatorHash(projectId, adjudicatedBy) : undefined,
    votes: votes ? { same, other } : undefined,
    softLabel: isPlurality && same + other > 0 ? same / (same + other) : undefined,
  };
}

/** Keys in a fixed order and jsonb values made canonical: the same comparison gives the same bytes for ever. */
function toPair(row: queries.FrozenRow, hash: string, projectId: string): PreferencePair {
  const { language, itemId, turn, pairProbability, roundId, guidelineVersionId, sourceName, sourceId } = row;
  const side = (variantId: string | null, sampling: unknown) => (variantId ? { variantId, sampling } : undefined);
  const meta = {
    language,
    itemId,
    turn,
    pairProbability,
    promptHash: hash,
    roundId: roundId ?? undefined,
    guidelineVersionId: guidelineVersionId ?? undefined,
    annotator: row.userId ? annotatorHash(projectId, row.userId) : undefined,
    ...standingMeta(row, projectId),
    sourceName: sourceName ?? undefined,
    sourceId: sourceId ?? undefined,
    category: row.category ?? undefined,
    reasons: row.reasons.length > 0 ? row.reasons : undefined,
    bothUnacceptable: row.bothUnacceptable || undefined,
    riskCategory: row.riskCategory ?? undefined,
    attackVector: row.attackVector ?? undefined,
    severity: row.severity ?? undefined,
    chosenBy: side(row.chosenVariantId, row.chosenSampling),
    rejectedBy: side(row.rejectedVariantId, row.rejectedSampling),
  };
  return {
    id: row.id,
    prompt: row.prompt.map(({ role, content }) => ({ role, content })),
    chosen: row.chosen,
    rejected: row.rejected,
    strength: row.strength as PreferencePair["strength"],
    safety: row.safety as PreferencePair["safety"],
    task: row.task,
    source: row.source,
    meta: JSON.parse(canonicalJson(meta)) as Record<string, unknown>,
  };
}

/**
 * The annotator's own answer beats both (edited > chosen > rejected, Llama 3). Against the rejected one it is at least as much
 * better as the chosen one was; against the chosen one nobody said how much. Its safety was not judged.
 */
function editedPairs(pair: PreferencePair, edited: string | null): PreferencePair[] {
  if (edited === null || edited === pair.chosen || edited === pair.rejected) return [];
  const { chosenBy, rejectedBy, ...meta } = pair.meta ?? {};
  const base = { ...pair, chosen: edited, safety: null };
  return [
    {
      ...base,
      id: `${pair.id}/edited-chosen`,
      rejected: pair.chosen,
      strength: null,
      meta: { ...meta, edited: true, rejectedBy: chosenBy },
    },
    { ...base, id: `${pair.id}/edited-rejected`, meta: { ...meta, edited: true, rejectedBy } },
  ];
}

async function datasheet(tx: Tx, projectId: string, counts: DatasheetCounts): Promise<Record<string, unknown>> {
  const votes = await queries.voteTable(tx, projectId);
  const agreement = gwetAgreement(
    votes.map(({ first, second, items }) => ({ counts: [first, second], subjects: items })),
  );
  return {
    ...counts.value(),
    superseded: await queries.countSuperseded(tx, projectId),
    /** Which response was chosen, over items judged by two or more annotators: Gwet's AC1. */
    agreement,
    policies: counts.policies.value(await queries.describeVariants(tx, counts.policies.keys())),
    guidelines: counts.guidelines.value(await queries.describeGuidelines(tx, counts.guidelines.keys())),
    codeVersion: version,
  };
}

interface NewSnapshot extends FreezeInput {
  id: string;
  directory: string;
  manifest: SnapshotManifest;
  manifestSha256: string;
}

async function record(context: ServiceContext, tx: Tx, input: NewSnapshot): Promise<Snapshot> {
  const { id, projectId, manifest, manifestSha256 } = input;
  const createdBy = context.actor.kind === "user" ? context.actor.id : null;
  const [row] = await tx
    .insert(snapshots)
    .values({ ...input, roundId: input.roundId ?? null, createdBy })
    .returning();
  await queries.keepFreezeRows(tx, id);
  const { train, heldout } = manifest.files;
  await insertAudit(tx, {
    actor: auditActor(context.actor),
    action: "snapshot.frozen",
    objectType: "snapshot",
    objectId: id,
    projectId,
    details: {
      name: input.name,
      manifestSha256,
      train: train.sha256,
      heldout: heldout.sha256,
      rows: train.rows + heldout.rows,
    },
  });
  if (!row) throw new Error("the snapshot's row did not come back");
  return snapshotView(row);
}
