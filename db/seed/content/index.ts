/** The demo's prompts and answers as pairs, and the rows that the demo imports or leaves to annotators. */
import type { Message, SafetyBin, Strength, Task } from "@/trainer/format/pair";
import { HELPFULNESS_EN } from "./helpfulness-en";
import { HELPFULNESS_KO } from "./helpfulness-ko";
import { SAFETY } from "./safety";
import type { HelpfulnessTuple, Risk } from "./shape";

export interface DemoEntry {
  task: Task;
  prompt: Message[];
  good: string;
  /** The good answer's first sentence, where it has more than one: right, and less complete. */
  brief: string | null;
  poor: string;
  safety: SafetyBin | null;
  /** Null on ordinary questions. */
  risk: Risk | null;
}

/** As imports name it; nothing where there is no risk. */
const labelsOf = ({ risk }: DemoEntry) => (risk ? { category: risk[0], attackVector: risk[1] } : {});

const ROLES = ["user", "assistant"] as const;

function messagesOf(prompt: HelpfulnessTuple[0]): Message[] {
  const turns = typeof prompt === "string" ? [prompt] : prompt;
  return turns.map((content, index) => ({ role: ROLES[index % 2] ?? "user", content }));
}

function firstSentence(text: string): string | null {
  const end = text.search(/(?<=[\p{L})»”"][.!?])\s/u);
  return end > 20 && end < text.length * 0.7 ? text.slice(0, end) : null;
}

type Labels = Pick<DemoEntry, "task" | "safety" | "risk">;
const entryOf = ([prompt, good, poor]: HelpfulnessTuple, labels: Labels): DemoEntry => ({
  ...labels,
  prompt: messagesOf(prompt),
  good,
  brief: firstSentence(good),
  poor,
});
const HELPFULNESS: Labels = { task: "helpfulness", safety: null, risk: null };

export const ENTRIES: readonly DemoEntry[] = [
  ...[...HELPFULNESS_EN, ...HELPFULNESS_KO].map((tuple) => entryOf(tuple, HELPFULNESS)),
  ...SAFETY.map(([prompt, good, poor, safety, risk = null]) =>
    entryOf([prompt, good, poor], { task: "safety", safety, risk }),
  ),
];

interface RiskLabels {
  category?: string;
  attackVector?: string;
}
export interface DemoVerdict extends RiskLabels {
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
    const labels = labelsOf(entry);
    const main: DemoVerdict = { prompt, chosen: good, rejected: poor, strength, safety, task, ...labels };
    if (!brief || index % 2 === 1) return [main];
    const close: Strength = index % 4 === 0 ? "slightly_better" : "negligibly_better";
    const second = {
      prompt,
      chosen: good,
      rejected: brief,
      strength: close,
      safety: safety && "both_safe",
      task,
    } as const;
    return [main, { ...second, ...labels }];
  });
}

/** What rounds sample from. */
export const demoPrompts = () =>
  ENTRIES.map(({ prompt, task, risk }) => ({ prompt, task, ...(risk ? { category: risk[0] } : {}) }));

/** Pairs that nobody has judged: brief against poor, so that no verdict is known yet. */
export function openPairs(task: Task): (RiskLabels & { prompt: Message[]; responses: [string, string] })[] {
  return ENTRIES.flatMap((entry) =>
    entry.task === task && entry.brief
      ? [{ prompt: entry.prompt, responses: [entry.brief, entry.poor] as [string, string], ...labelsOf(entry) }]
      : [],
  );
}
