/** Keeps the counts of open items and the orders of campaigns. The worker's job calls it every minute. */
import type { Db } from "@/db/client";
import { insertAudit } from "@/db/queries/audit";
import {
  clearKeys,
  countCampaigns,
  type DueCampaign,
  dueCampaigns,
  hasUnscored,
  itemChanges,
  rankedItems,
  recordOrder,
  setKeys,
  unrankedItems,
} from "@/db/queries/ordering";
import { drawOrder, unrankedNeeded } from "@/lib/domain/ordering";
import { DomainError } from "@/lib/errors";
import { enqueue } from "@/lib/jobs";
import { auditActor, inTransaction, type ServiceContext } from "../context";

/** An order is drawn anew this often, from what is known by then. */
const ORDER_SECONDS_MAX = 600;
/** Items that an order ranks: more than a project judges between two of them. Behind them the rest comes at random. */
const RANKED_MAX = 20_000;
const ROWS_AT_ONCE = 500;

/** What `itemChanges` said at the last count. */
const counted = new WeakMap<Db, string | null>();

/** How many campaigns were ordered. */
export async function refreshQueue(context: ServiceContext, random: () => number = Math.random): Promise<number> {
  if (context.actor.kind !== "system") throw new DomainError("forbidden");
  const changes = await itemChanges(context.db);
  if (changes === null || changes !== counted.get(context.db)) await countCampaigns(context.db);
  counted.set(context.db, changes);
  const due = await dueCampaigns(context.db, ORDER_SECONDS_MAX);
  for (const campaign of due) await order(context, campaign, random);
  return due.length;
}

/** Where nothing is known of any item, all of them come at random, and the campaign says so by its count of ordered items. */
async function order(context: ServiceContext, campaign: DueCampaign, random: () => number): Promise<void> {
  const { db } = context;
  const { campaignId, projectId, ordering } = campaign;
  const ranked = await rankedItems(db, campaign, RANKED_MAX);
  const unranked = await unrankedItems(db, campaignId, ranked, ranked.length === 0 ? 0 : unrankedNeeded(ranked.length));
  const total = Math.max(campaign.itemsOpen, ranked.length + unranked.length);
  const placed = drawOrder({ ranked, unranked, total }, random);
  const kept = placed.map(({ id }) => id);
  let cleared: number;
  do cleared = await clearKeys(db, campaignId, kept, ROWS_AT_ONCE);
  while (cleared === ROWS_AT_ONCE);
  for (let from = 0; from < placed.length; from += ROWS_AT_ONCE)
    await setKeys(db, placed.slice(from, from + ROWS_AT_ONCE));
  const wantsScores = await hasScoresToCome(db, campaign, ranked.length);
  await inTransaction(context, async (tx) => {
    await recordOrder(tx, campaign, placed.length);
    if (wantsScores) await enqueue(db, tx, "order.score", { projectId }, { key: projectId });
    await insertAudit(tx, {
      actor: auditActor(context.actor),
      action: "campaign.ordered",
      objectType: "campaign",
      objectId: campaignId,
      projectId,
      details: { ordering, items: placed.length },
    });
  });
}

/** More pairs could be ranked once the worker has scored them. */
const hasScoresToCome = async (db: Db, campaign: DueCampaign, ranked: number): Promise<boolean> =>
  campaign.ordering === "uncertainty" &&
  campaign.rewardModelId !== null &&
  ranked < RANKED_MAX &&
  hasUnscored(db, campaign.campaignId, campaign.rewardModelId);
