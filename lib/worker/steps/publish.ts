/** Step 6: the fine-tuning set on disk, then, in one transaction, its row, the campaigns for annotators, and the round's end. */
import { heldoutShareInForce } from "@/lib/services/rounds/heldout-share";
import {
  loadGhostDialogues,
  loadGroups,
  openGhostAttention,
  openRejectionSampling,
  recordSftDataset,
} from "@/lib/services/rounds/publish-rows";
import { finishStep } from "@/lib/services/rounds/step-lease";
import { sftLines, writeSftSet } from "../sft-set";
import type { StepRun } from "./step";

export async function publish(run: StepRun): Promise<void> {
  const { context, lease } = run;
  const groups = await loadGroups(context, lease.roundId);
  const ghosts = await loadGhostDialogues(context, lease.roundId);
  const alike = groups.filter(({ rival }) => rival === null).length;
  if (alike > 0) await run.log(`${alike} prompts have only one distinct answer: no pair to compare.`);
  const file = await writeSftSet(lease.roundId, sftLines(groups, ghosts, await heldoutShareInForce(context, lease)));
  await finishStep(context, lease, async (tx) => {
    const pairCampaigns = await openRejectionSampling(context, tx, lease, groups);
    const ghostCampaign = await openGhostAttention(context, tx, lease, ghosts);
    const sftDatasetId = await recordSftDataset(tx, lease, file);
    const campaignIds = [...pairCampaigns, ...(ghostCampaign ? [ghostCampaign] : [])];
    const pairs = groups.length - alike;
    const output = { campaignIds, sftDatasetId, pairs, turnReviews: ghosts.length, sftRows: file.rows };
    const message = `${pairs} pairs and ${ghosts.length} dialogues wait for annotators; the fine-tuning set holds ${file.rows} rows.`;
    return { output, message };
  });
}
