/** Makes gold items: of a pair that a lead chose, or of proposed candidates. */
import { and, eq } from "drizzle-orm";
import { databaseError, type Tx } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import {
  CANDIDATE_ANNOTATORS_MIN,
  goldSource,
  insertGold,
  type GoldSource as StoredSource,
  selectCandidates,
} from "@/db/queries/gold";
import { campaigns } from "@/db/schema";
import type { GoldSource } from "@/lib/contracts/gold";
import type { ComparisonSafety, Position } from "@/lib/domain/preference";
import { safetyProblem } from "@/lib/domain/safety";
import { DomainError, notFound } from "@/lib/errors";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";

const refuse = (path: string, message: string): DomainError =>
  new DomainError("invalid", `body.${path}: ${message}`, [{ path: `body.${path}`, message }]);

/** A gold item has the same form as the work around it: the campaign must ask for the same. */
async function requireCampaign(
  tx: Tx,
  projectId: string,
  campaignId: string,
  task: "helpfulness" | "safety" | null,
): Promise<"helpfulness" | "safety"> {
  const [campaign] = await tx
    .select({ task: campaigns.task })
    .from(campaigns)
    .where(and(eq(campaigns.id, campaignId), eq(campaigns.projectId, projectId)));
  if (!campaign) throw refuse("campaignId", "no campaign of this project");
  if (task && campaign.task !== task) throw refuse("campaignId", `asks for ${campaign.task}, the pair for ${task}`);
  return campaign.task;
}

const userIdOf = ({ actor }: ServiceContext): string | null => (actor.kind === "user" ? actor.id : null);

async function audit(tx: Tx, context: ServiceContext, projectId: string, itemIds: readonly string[], source: string) {
  await insertAudit(
    tx,
    ...itemIds.map((objectId) => ({
      actor: auditActor(context.actor),
      action: "gold.created",
      objectType: "item",
      objectId,
      projectId,
      details: { source },
    })),
  );
}

/** Gold and mirrored items are no sources: they are copies themselves. */
const isPair = (source: StoredSource): source is StoredSource & Record<"prompt" | "response1" | "response2", string> =>
  source.purpose === "work" && source.prompt !== null && source.response1 !== null && source.response2 !== null;

/** Errors: `not_found` also for what cannot become a gold item. */
export async function readGoldSource(
  context: ServiceContext,
  input: { projectId: string; itemId: string },
): Promise<GoldSource> {
  await requireProject(context, context.db, input.projectId, "lead");
  const source = await goldSource(context.db, input.projectId, input.itemId);
  if (!source || !isPair(source)) throw notFound("Pair");
  const { purpose: _purpose, ...shown } = source;
  return shown;
}

export interface NewGoldItem {
  projectId: string;
  itemId: string;
  preferred: Position;
  safety?: ComparisonSafety;
  explanation: string;
  campaignId?: string;
}

/** Errors: `not_found` for a pair of another project; `conflict` for one that is gold already. */
export async function createGoldItem(context: ServiceContext, input: NewGoldItem): Promise<{ itemId: string }> {
  try {
    return await inTransaction(context, async (tx) => {
      await requireProject(context, tx, input.projectId, "lead");
      const source = await goldSource(tx, input.projectId, input.itemId);
      if (!source) throw notFound("Item");
      if (!isPair(source)) throw refuse("itemId", "only a pair of the work with both answers can become a gold item");
      if (input.campaignId) await requireCampaign(tx, input.projectId, input.campaignId, source.task);
      if (input.safety && safetyProblem(source.task, input.safety))
        throw refuse("safety", "belongs to the safety task only");
      const made = await insertGold(tx, [
        {
          sourceItemId: input.itemId,
          campaignId: input.campaignId ?? null,
          preferred: input.preferred,
          safety: input.safety ?? null,
          source: "lead",
          explanation: input.explanation,
          createdBy: userIdOf(context),
        },
      ]);
      await audit(tx, context, input.projectId, made, "lead");
      return { itemId: made[0]! };
    });
  } catch (error) {
    throw alreadyGold(error);
  }
}

/** Two leads at once, or a pair that has been gold all along. */
export const alreadyGold = (error: unknown): unknown =>
  databaseError(error)?.constraint === "gold_answers_source"
    ? new DomainError("conflict", "This pair is a gold item already.")
    : error;

/** What is no candidate any more (judged otherwise since, or gold by now) is left out. */
export async function acceptGoldCandidates(
  context: ServiceContext,
  input: { projectId: string; itemIds: readonly string[]; campaignId?: string },
): Promise<{ itemIds: string[] }> {
  try {
    return await inTransaction(context, async (tx) => {
      await requireProject(context, tx, input.projectId, "lead");
      const task = input.campaignId ? await requireCampaign(tx, input.projectId, input.campaignId, null) : null;
      const found = await selectCandidates(tx, {
        projectId: input.projectId,
        annotatorsMin: CANDIDATE_ANNOTATORS_MIN,
        itemIds: input.itemIds,
        after: null,
        limit: input.itemIds.length,
      });
      if (task && found.some((row) => row.task !== task))
        throw refuse("campaignId", `asks for ${task}; not all of these pairs do`);
      const made = await insertGold(
        tx,
        found.map((row) => ({
          sourceItemId: row.itemId,
          campaignId: input.campaignId ?? null,
          preferred: row.preferred,
          safety: row.safety,
          source: "consensus" as const,
          explanation: "",
          createdBy: userIdOf(context),
        })),
      );
      await audit(tx, context, input.projectId, made, "consensus");
      return { itemIds: made };
    });
  } catch (error) {
    throw alreadyGold(error);
  }
}
