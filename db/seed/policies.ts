/** The demo's policies: recorded answers that work offline, and SmolLM2, switched off until somebody has its file. */
import type { ServiceContext } from "@/lib/services/context";
import { createPolicy } from "@/lib/services/policies/policies";
import { type DemoEntry, ENTRIES } from "./content";

const isKorean = (text: string): boolean => /\p{Script=Hangul}/u.test(text);

/** What the newer recordings say second: the short form, or the full one with an offer to go on. */
function second({ brief, good }: DemoEntry): string {
  return brief ?? `${good}\n\n${isKorean(good) ? "더 자세히 알려 드릴까요?" : "Shall I go into more detail?"}`;
}

const recordingOf = (entry: DemoEntry, responses: string[]) => ({
  prompt: entry.prompt.at(-1)?.content ?? "",
  responses,
});

/** The variants that said the demo's better and its poorer answers. */
export interface DemoVariants {
  good: string;
  poor: string;
}

export async function seedPolicies(context: ServiceContext, projectId: string): Promise<DemoVariants> {
  const variant = { systemPrompt: "", topP: 1, topK: 0, tokensMax: 256, weight: 1, active: true };
  const newer = await createPolicy(context, {
    projectId,
    kind: "replay",
    name: "Recorded answers, week 1",
    generation: 1,
    config: { recordings: ENTRIES.map((entry) => recordingOf(entry, [entry.good, second(entry)])) },
    variants: [{ ...variant, name: "usual", temperature: 0.7 }],
  });
  const older = await createPolicy(context, {
    projectId,
    kind: "replay",
    name: "Recorded answers, week 0",
    generation: 0,
    config: { recordings: ENTRIES.map((entry) => recordingOf(entry, [entry.poor])) },
    variants: [{ ...variant, name: "usual", temperature: 1 }],
  });
  await createPolicy(context, {
    projectId,
    kind: "embedded",
    name: "SmolLM2-135M",
    generation: 1,
    config: { model: "smollm2" },
    variants: [
      { ...variant, name: "calm", temperature: 0.7, topP: 0.9, active: false },
      { ...variant, name: "lively", temperature: 1.1, topP: 0.95, active: false },
    ],
  });
  const [good] = newer.variants;
  const [poor] = older.variants;
  return { good: good!.id, poor: poor!.id };
}
