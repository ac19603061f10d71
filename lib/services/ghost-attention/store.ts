/** Stores Ghost Attention dialogues one by one, so that a resumed step goes on where it stopped. */
import { eq } from "drizzle-orm";
import { ghostAttentionDialogues } from "@/db/schema";
import type { Message } from "@/trainer/format/pair";
import type { ServiceContext } from "../context";
import { type StepLease, withStep } from "../rounds/step-lease";

export async function storedPositions(
  context: ServiceContext,
  roundId: string,
): Promise<Map<number, { filtered: boolean }>> {
  const rows = await context.db
    .select({ position: ghostAttentionDialogues.position, filteredReason: ghostAttentionDialogues.filteredReason })
    .from(ghostAttentionDialogues)
    .where(eq(ghostAttentionDialogues.roundId, roundId));
  return new Map(rows.map(({ position, filteredReason }) => [position, { filtered: filteredReason !== null }]));
}

export interface NewGhostDialogue {
  position: number;
  variantId: string;
  instruction: string;
  constraints: unknown;
  messages: Message[];
  lossOn: boolean[];
  filteredReason: string | null;
}

export async function storeGhostDialogue(
  context: ServiceContext,
  lease: StepLease,
  dialogue: NewGhostDialogue,
): Promise<void> {
  await withStep(context, lease, async (tx) => {
    await tx
      .insert(ghostAttentionDialogues)
      .values({ ...dialogue, roundId: lease.roundId })
      .onConflictDoNothing();
  });
}
