/** The demo's prompts and answers as pairs, and the rows that the demo imports or leaves to annotators. */
import type { Message, SafetyBin, Strength, Task } from "@/trainer/format/pair";
import { HELPFULNESS_EN } from "./helpfulness-en";
import { HELPFULNESS_KO } from "./helpfulness-ko";
import { SAFETY } from "./safety";
import type { HelpfulnessTuple } from "./shape";

export interface DemoEntry {
  task: Task;
  prompt: Message[];
  good: string;
  /** The good answer's first sentence, where it has more than one: right, and less complete. */
  brief: string | null;
  poor: string;
  safety: SafetyBin | null;
}

const ROLES = ["user", "assistant"] as const;

function messagesOf(prompt: HelpfulnessTuple[0]): Message[] {
  const turns = typeof prompt === "string" ? [prompt] : prompt;
  return turns.map((content, index) => ({ role: ROLES[index % 2] ?? "user", content }));
}

function firstSentence(text: string): string | null {
  const end = text.search(/(?<=[\p{L})»”"][.!?])\s/u);
  return end > 20 && end < text.length * 0.7 ? text.slice(0, end) : null;
}

function entryOf([prompt, good, poor]: HelpfulnessTuple, task: Task, safety: SafetyBin | null): DemoEntry {
  return { task, prompt: messagesOf(prompt), good, brief: firstSentence(good), poor, safety };
}

export const ENTRIES: readonly DemoEntry[] = [
  ...[...HELPFULNESS_EN, ...HELPFULNESS_KO].map((tuple) => entryOf(tuple, "helpfulness", null)),
  ...SAFETY.map(([prompt, good, poor, safety]) => entryOf([prompt, good, poor], "safety", safety)),
];

export interface DemoVerdict {
  prompt: Message[];
  chosen: string;
  rejected: string;
  strength: Strength;
  safety: SafetyBin | null;
  task: Task;
}

/** Verdicts as an earlier team would have given them: good over poor, and for every second entry good over brief. */
export function importedVerdicts(): DemoVerdict[] {
  return ENTRIES.flatMap((entry, index) => {
    const { task, prompt, good, brief, poor, safety } = entry;
    const strength: Strength = index % 3 === 0 ? "better" : "significantly_better";
    const main: DemoVerdict = { prompt, chosen: good, rejected: poor, strength, safety, task };
    if (!brief || index % 2 === 1) return [main];
    const close: Strength = index % 4 === 0 ? "slightly_better" : "negligibly_better";
    return [main, { prompt, chosen: good, rejected: brief, strength: close, safety: safety && "both_safe", task }];
  });
}

/** Pairs that nobody has judged: brief against poor, so that no verdict is known yet. */
export function openPairs(task: Task): { prompt: Message[]; responses: [string, string] }[] {
  return ENTRIES.flatMap(({ task: own, prompt, brief, poor }) =>
    own === task && brief ? [{ prompt, responses: [brief, poor] as [string, string] }] : [],
  );
}
