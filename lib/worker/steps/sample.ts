/** Step 5: rejection sampling (Llama 2 section 3.2.3), scoring by the combined reward, and Ghost Attention dialogues (section 3.3). */

import { seededInteger } from "@/lib/domain/seeded";
import { DomainError } from "@/lib/errors";
import {
  newestVariants,
  plannedPrompts,
  type SamplingPrompt,
  type SamplingVariant,
} from "@/lib/services/rejection-sampling/plan";
import { countSampled, promptsWithGroup, servingModels, storeGroup } from "@/lib/services/rejection-sampling/store";
import { finishStep } from "@/lib/services/rounds/step-lease";
import { answer, mapLimited } from "../answers";
import { scoreCandidates } from "../score-candidates";
import { buildGhostDialogues } from "./ghost";
import type { StepRun } from "./step";

/** Shares of the step's progress bar. */
const SAMPLED = 0.6;
const SCORED = 0.8;
/** Fewer than an embedded model can answer at once, so that live answers find room. */
const ANSWERS_AT_ONCE = 2;
const CANDIDATES_MIN = 2;

/** K answers to one prompt, the variants taking turns; each answer has its own seed. Returns false when too few came. */
async function samplePrompt(
  run: StepRun,
  prompt: SamplingPrompt,
  variants: readonly SamplingVariant[],
): Promise<boolean> {
  const { context, lease, signal } = run;
  const { candidatesPerPrompt, temperature, topP, topK, tokensMax, seed } = lease.config.sampling;
  const numbers = Array.from({ length: candidatesPerPrompt }, (_, index) => index);
  const answers = await mapLimited(numbers, ANSWERS_AT_ONCE, async (index) => {
    const variant = variants[index % variants.length]!;
    const ownSeed = seededInteger(seed, lease.roundNumber, prompt.id, index);
    const sampling = { temperature, topP, topK, tokensMax, seed: ownSeed };
    const given = await answer(variant, prompt.messages, sampling, signal);
    return given && { variantId: variant.id, content: given.text, sampling: given.sampling };
  });
  const candidates = answers.filter((candidate) => candidate !== null);
  if (candidates.length < CANDIDATES_MIN) return false;
  await storeGroup(context, lease, { promptId: prompt.id, candidates });
  return true;
}

async function samplePrompts(run: StepRun, variants: readonly SamplingVariant[]): Promise<void> {
  const { context, lease } = run;
  const planned = await plannedPrompts(context, lease);
  const done = await promptsWithGroup(context, lease.roundId);
  const left = planned.filter(({ id }) => !done.has(id));
  if (left.length < planned.length)
    await run.log(`${planned.length - left.length} of ${planned.length} prompts were sampled before.`);
  for (const [index, prompt] of left.entries()) {
    const before = planned.length - left.length + index;
    await run.progress((SAMPLED * before) / planned.length, `Sampling prompt ${before + 1} of ${planned.length}.`);
    if (!(await samplePrompt(run, prompt, variants)))
      await run.log(`Prompt ${prompt.id}: fewer than ${CANDIDATES_MIN} answers came, left out.`);
  }
}

export async function sample(run: StepRun): Promise<void> {
  const { context, lease } = run;
  const models = await servingModels(context, lease.projectId);
  if (!models.helpfulness && !models.safety)
    throw new DomainError(
      "conflict",
      "No reward model is in service. Promote one under Reward models, then retry this step.",
    );
  const variants = await newestVariants(context, lease.projectId);
  await run.log(`Sampling from: ${variants.map(({ policy, name }) => `${policy.name} / ${name}`).join(", ")}.`);
  await samplePrompts(run, variants);
  await scoreCandidates(run, models, (share) => SAMPLED + share * (SCORED - SAMPLED));
  const ghost = await buildGhostDialogues(run, variants, (share) => SCORED + share * (1 - SCORED));
  const sampled = await countSampled(context, lease.roundId);
  if (sampled.groups === 0)
    throw new DomainError("conflict", "No prompt got enough answers. Look at the policies, then retry this step.");
  const message = `${sampled.candidates} candidates for ${sampled.groups} prompts scored; ${ghost.kept} Ghost Attention dialogues built, ${ghost.filtered} filtered out.`;
  await finishStep(context, lease, async () => ({ output: { ...sampled, ghostAttention: ghost }, message }));
}
