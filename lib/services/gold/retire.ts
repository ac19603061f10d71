/** Takes gold items out of service and back in. A wrong one is made good: its grades fall, and whom only they paused goes on. */
import type { Tx } from "@/db/client";
import { selectState } from "@/db/queries/annotators";
import { insertAudit } from "@/db/queries/audit";
import { deleteGrades, goldJudgementsOf } from "@/db/queries/checks";
import { lockGold, setRetired } from "@/db/queries/gold";
import { lockQuality } from "@/db/queries/quality";
import { type ProjectSettings, projectSettingsSchema } from "@/lib/domain/project-settings";
import { notFound } from "@/lib/errors";
import { resume, testGold } from "../annotators/standing";
import { auditActor, inTransaction, requireProject, type ServiceContext } from "../context";
import { alreadyGold } from "./create";
import { storeGrades } from "./grade";

interface Target {
  projectId: string;
  itemId: string;
}

/** The gold item, if it belongs to the project and the caller may lead it. */
async function requireGold(context: ServiceContext, tx: Tx, { projectId, itemId }: Target) {
  const project = await requireProject(context, tx, projectId, "lead");
  // Before the item's own lock, as the refresh does it, or the two could wait for each other.
  await lockQuality(tx, true);
  const gold = await lockGold(tx, itemId);
  if (!gold || gold.projectId !== projectId) throw notFound("Gold item");
  return { ...gold, settings: projectSettingsSchema.parse(project.settings) };
}

const told = (context: ServiceContext, { projectId, itemId }: Target, action: string, details = {}) => ({
  actor: auditActor(context.actor),
  action,
  objectType: "item",
  objectId: itemId,
  projectId,
  details,
});

/** Tests each of them without the grades that fell. How many were paused by those alone, and go on. */
async function makeGood(
  context: ServiceContext,
  tx: Tx,
  projectId: string,
  userIds: readonly string[],
  settings: ProjectSettings,
): Promise<number> {
  let resumed = 0;
  for (const userId of userIds) {
    const annotator = { projectId, userId };
    const { decision } = await testGold(tx, annotator, settings);
    if (decision === "pause" || (await selectState(tx, annotator))?.pauseReason !== "gold") continue;
    if (await resume(tx, annotator, { actor: auditActor(context.actor), note: "" })) resumed += 1;
  }
  return resumed;
}

export async function retireGoldItem(
  context: ServiceContext,
  input: Target & { wrong: boolean },
): Promise<{ itemId: string; resumed: number }> {
  return inTransaction(context, async (tx) => {
    const gold = await requireGold(context, tx, input);
    const voided = gold.voided || input.wrong;
    await setRetired(tx, input.itemId, { retired: true, voided });
    const concerned = voided ? await deleteGrades(tx, input.itemId) : [];
    const resumed = await makeGood(context, tx, input.projectId, concerned, gold.settings);
    await insertAudit(tx, told(context, input, "gold.retired", { wrong: input.wrong, resumed }));
    return { itemId: input.itemId, resumed };
  });
}

/** Errors: `conflict` when the pair has another gold item by now. Grades that had fallen come back; they pause nobody by themselves. */
export async function restoreGoldItem(context: ServiceContext, input: Target): Promise<{ itemId: string }> {
  try {
    return await inTransaction(context, async (tx) => {
      const gold = await requireGold(context, tx, input);
      await setRetired(tx, input.itemId, { retired: false, voided: false });
      if (gold.voided) {
        const judgements = await goldJudgementsOf(tx, input.itemId);
        await storeGrades(tx, judgements);
        for (const { userId } of judgements) await testGold(tx, { projectId: input.projectId, userId }, gold.settings);
      }
      await insertAudit(tx, told(context, input, "gold.restored"));
      return { itemId: input.itemId };
    });
  } catch (error) {
    throw alreadyGold(error);
  }
}
