/** The supervised fine-tuning set of a round: one JSON row per dialogue with a loss mask, and beside it where each row comes from. */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import nodePath from "node:path";
import { isHeldout } from "@/lib/domain/holdout";
import type { GhostRow, PublishedGroup } from "@/lib/services/rounds/publish-rows";
import { syncDirectory } from "@/lib/services/snapshots/files";
import type { SftRow } from "@/trainer/data/loss-mask";
import { homePath } from "./base-model";

export interface SftLine {
  row: SftRow;
  lineage: Record<string, unknown>;
}

/** Best answers (loss on the answer) and Ghost Attention dialogues (loss on the last answer). Held-out prompts stay out (I6). */
export function sftLines(
  groups: readonly PublishedGroup[],
  ghosts: readonly GhostRow[],
  heldoutShare: number,
): SftLine[] {
  const best = groups
    .filter(({ prompt }) => !isHeldout(prompt.promptHash, heldoutShare))
    .map(({ group, prompt, best }): SftLine => {
      const messages = [...prompt.messages, { role: "assistant" as const, content: best.content }];
      const { helpfulnessModelId, safetyModelId } = group;
      return {
        row: { messages, lossOn: messages.map((_, index) => index === messages.length - 1) },
        lineage: {
          kind: "rejection_sampling",
          groupId: group.id,
          candidateId: best.id,
          promptId: prompt.id,
          variantId: best.variantId,
          sampledInRound: best.sampledInRound,
          combinedReward: best.combinedReward,
          helpfulnessModelId,
          safetyModelId,
        },
      };
    });
  const ghost = ghosts.map(
    ({ id, variantId, messages, lossOn }): SftLine => ({
      row: { messages, lossOn },
      lineage: { kind: "ghost_attention", ghostAttentionDialogueId: id, variantId },
    }),
  );
  return [...best, ...ghost];
}

async function writeLines(relative: string, lines: readonly unknown[]): Promise<string> {
  const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), "utf8");
  const file = homePath(relative);
  const temporary = `${file}.${randomUUID().slice(0, 8)}.partial`;
  await mkdir(nodePath.dirname(file), { recursive: true });
  try {
    const handle = await open(temporary, "wx", 0o640);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(nodePath.dirname(file));
  return createHash("sha256").update(bytes).digest("hex");
}

/** Written before the row that names it; the same round gives the same bytes, so an attempt cut short is simply written over. */
export async function writeSftSet(
  roundId: string,
  lines: readonly SftLine[],
): Promise<{ path: string; rows: number; sha256: string }> {
  const path = `sft/${roundId}.jsonl`;
  await writeLines(
    `sft/${roundId}.lineage.jsonl`,
    lines.map(({ lineage }) => lineage),
  );
  const sha256 = await writeLines(
    path,
    lines.map(({ row }) => row),
  );
  return { path, rows: lines.length, sha256 };
}
