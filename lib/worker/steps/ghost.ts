/**
 * Ghost Attention dialogues (Llama 2 section 3.3): an instruction stands on every user turn while the answers are sampled, and
 * only on the first in the training dialogue. Held-out prompts lend no turns: these dialogues are training data (I6).
 */
import { isHeldout } from "@/lib/domain/holdout";
import { seededChoice, seededInteger } from "@/lib/domain/seeded";
import { storedPositions, storeGhostDialogue } from "@/lib/services/ghost-attention/store";
import { projectPrompts, type SamplingPrompt, type SamplingVariant } from "@/lib/services/rejection-sampling/plan";
import { heldoutShareInForce } from "@/lib/services/rounds/heldout-share";
import type { Message } from "@/trainer/format/pair";
import {
  type GhostInstruction,
  type GhostLanguage,
  ghostInstructions,
  promptForSampling,
  toTrainingDialogue,
} from "@/trainer/sample/ghost-attention";
import { answer } from "../answers";
import type { StepRun } from "./step";

const TURNS_MIN = 2;
const languageOf = (prompt: SamplingPrompt): GhostLanguage => (prompt.language.startsWith("ko") ? "ko" : "en");

/** The user turns of one dialogue: those of the first prompt drawn, filled up from further prompts of its language. */
export function drawUserTurns(
  prompts: readonly SamplingPrompt[],
  draw: { turns: number; seed: number; label: string },
): { turns: string[]; language: GhostLanguage } | null {
  const order = seededChoice(prompts, ({ id }) => id, prompts.length, draw.seed, draw.label);
  const first = order[0];
  if (!first) return null;
  const language = languageOf(first);
  const texts = order
    .filter((prompt) => languageOf(prompt) === language)
    .flatMap(({ messages }) => messages.filter(({ role }) => role === "user").map(({ content }) => content));
  const turns = [...new Set(texts)].slice(0, draw.turns);
  return turns.length < TURNS_MIN ? null : { turns, language };
}

/** Samples every answer with the instruction on every user turn so far; null when an answer stays empty. */
async function sampleDialogue(
  run: StepRun,
  variant: SamplingVariant,
  turns: readonly string[],
  instruction: GhostInstruction,
  seed: number,
): Promise<Message[] | null> {
  const { temperature, topP, topK, tokensMax } = run.lease.config.sampling;
  const dialogue: Message[] = [];
  for (const [turn, content] of turns.entries()) {
    dialogue.push({ role: "user", content });
    const sampling = { temperature, topP, topK, tokensMax, seed: seededInteger(seed, "turn", turn) };
    const given = await answer(variant, promptForSampling(dialogue, instruction), sampling, run.signal);
    if (given === null) return null;
    dialogue.push({ role: "assistant", content: given.text });
  }
  return dialogue;
}

/** Ours: the paper does not say how dialogues were filtered before people saw them. */
export function filterReason(dialogue: readonly Message[]): string | null {
  const answers = dialogue.filter(({ role }) => role === "assistant").map(({ content }) => content.trim());
  return new Set(answers).size < answers.length ? "The same answer was given twice." : null;
}

async function buildOne(
  run: StepRun,
  position: number,
  prompts: readonly SamplingPrompt[],
  variants: readonly SamplingVariant[],
) {
  const { context, lease } = run;
  const seed = seededInteger(lease.config.sampling.seed, lease.roundNumber, "ghost", position);
  const drawn = drawUserTurns(prompts, { turns: lease.config.ghostAttention.turns, seed, label: "user turns" });
  if (!drawn) return null;
  const variant = variants[position % variants.length]!;
  const instruction = ghostInstructions(seed, drawn.language);
  const dialogue = await sampleDialogue(run, variant, drawn.turns, instruction, seed);
  if (!dialogue) return null;
  const { messages, lossOn } = toTrainingDialogue(dialogue, instruction);
  const filteredReason = filterReason(dialogue);
  await storeGhostDialogue(context, lease, {
    position,
    variantId: variant.id,
    instruction: instruction.text,
    constraints: { list: instruction.constraints, shortened: instruction.shortened, language: instruction.language },
    messages,
    lossOn,
    filteredReason,
  });
  return { filtered: filteredReason !== null };
}

export async function buildGhostDialogues(
  run: StepRun,
  variants: readonly SamplingVariant[],
  share: (done: number) => number,
): Promise<{ kept: number; filtered: number }> {
  const { context, lease } = run;
  const { dialoguesPerRound } = lease.config.ghostAttention;
  const heldoutShare = await heldoutShareInForce(context, lease);
  const prompts = (await projectPrompts(context, lease.projectId)).filter(
    ({ promptHash }) => !isHeldout(promptHash, heldoutShare),
  );
  const stored = await storedPositions(context, lease.roundId);
  for (let position = 0; position < dialoguesPerRound; position += 1) {
    if (stored.has(position)) continue;
    await run.progress(
      share(position / dialoguesPerRound),
      `Ghost Attention dialogue ${position + 1} of ${dialoguesPerRound}.`,
    );
    const built = await buildOne(run, position, prompts, variants);
    if (built) stored.set(position, built);
    else await run.log(`Ghost Attention dialogue ${position + 1}: too few user turns or an empty answer, left out.`);
  }
  const filtered = [...stored.values()].filter((dialogue) => dialogue.filtered).length;
  return { kept: stored.size - filtered, filtered };
}
