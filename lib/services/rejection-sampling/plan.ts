/** What a round samples: which prompts, from which variants. Chosen once per round and kept, so that a resumed step goes on with the same. */
import { and, asc, eq, isNull } from "drizzle-orm";
import { policies, policyVariants, prompts, roundSteps } from "@/db/schema";
import { seededChoice } from "@/lib/domain/seeded";
import { DomainError } from "@/lib/errors";
import type { Task } from "@/trainer/format/pair";
import type { ServiceContext } from "../context";
import { type StepLease, withStep } from "../rounds/step-lease";

export interface SamplingVariant {
  id: string;
  name: string;
  policy: { kind: "endpoint" | "embedded" | "replay"; config: unknown; secretCiphertext: Buffer | null; name: string };
  systemPrompt: string;
  temperature: number;
  topP: number;
  topK: number;
  tokensMax: number;
}

export type SamplingPrompt = typeof prompts.$inferSelect;

/**
 * Active variants of the newest generation, in a fixed order (the paper samples from the newest model).
 * Errors: conflict when there is none.
 */
export async function newestVariants(context: ServiceContext, projectId: string): Promise<SamplingVariant[]> {
  const rows = await context.db
    .select({ variant: policyVariants, policy: policies })
    .from(policyVariants)
    .innerJoin(policies, eq(policies.id, policyVariants.policyId))
    .where(and(eq(policies.projectId, projectId), isNull(policies.archivedAt), eq(policyVariants.active, true)))
    .orderBy(asc(policyVariants.createdAt), asc(policyVariants.id));
  const newest = Math.max(...rows.map(({ policy }) => policy.generation));
  const variants = rows.filter(({ policy }) => policy.generation === newest);
  if (variants.length === 0)
    throw new DomainError(
      "conflict",
      "The project has no policy with an active variant to sample from. Add one under Policies, then retry this step.",
    );
  return variants.map(({ variant, policy }) => ({
    id: variant.id,
    name: variant.name,
    policy: {
      kind: policy.kind,
      config: policy.config,
      secretCiphertext: policy.secretCiphertext,
      name: policy.name,
    },
    systemPrompt: variant.systemPrompt,
    temperature: variant.temperature,
    topP: variant.topP,
    topK: variant.topK,
    tokensMax: variant.tokensMax,
  }));
}

/** Every prompt of the project in a fixed order. */
export async function projectPrompts(context: ServiceContext, projectId: string): Promise<SamplingPrompt[]> {
  return context.db.select().from(prompts).where(eq(prompts.projectId, projectId)).orderBy(asc(prompts.id));
}

/** Half from each task; what one task lacks the other fills. Ours: the paper gives no shares. */
export function choosePrompts(
  all: readonly SamplingPrompt[],
  count: number,
  seed: number,
  roundNumber: number,
): SamplingPrompt[] {
  const ranked = (task: Task): SamplingPrompt[] =>
    seededChoice(
      all.filter((prompt) => prompt.task === task),
      (prompt) => prompt.id,
      count,
      seed,
      `round ${roundNumber} ${task}`,
    );
  const helpfulness = ranked("helpfulness");
  const safety = ranked("safety");
  const half = Math.ceil(count / 2);
  const fromSafety = Math.min(safety.length, Math.max(count - half, count - helpfulness.length));
  return [...helpfulness.slice(0, count - fromSafety), ...safety.slice(0, fromSafety)];
}

/** The prompts of this round's sampling, chosen by the first attempt. Errors: conflict when the project has none. */
export async function plannedPrompts(context: ServiceContext, lease: StepLease): Promise<SamplingPrompt[]> {
  const all = await projectPrompts(context, lease.projectId);
  return withStep(context, lease, async (tx) => {
    const isStep = and(eq(roundSteps.roundId, lease.roundId), eq(roundSteps.name, lease.step));
    const [step] = await tx.select({ output: roundSteps.output }).from(roundSteps).where(isStep);
    const kept = (step?.output as { promptIds?: string[] } | null)?.promptIds;
    if (kept) return kept.flatMap((id) => all.find((prompt) => prompt.id === id) ?? []);
    const { promptsPerRound, seed } = lease.config.sampling;
    const chosen = choosePrompts(all, promptsPerRound, seed, lease.roundNumber);
    if (chosen.length === 0)
      throw new DomainError(
        "conflict",
        "The project has no prompts to sample answers for. Import some, then retry this step.",
      );
    await tx
      .update(roundSteps)
      .set({ output: { promptIds: chosen.map(({ id }) => id) } })
      .where(isStep);
    return chosen;
  });
}
