/** What is wrong or odd in preference pairs: what cannot be trained on is refused by the pair's name, what is merely odd is counted. */
import type { PreferencePair } from "../format/pair";
import { TrainingDataError } from "./errors";

/** Pairs that share a trait: how many, and the first few by id. */
export interface Finding {
  count: number;
  ids: string[];
}

const IDS_SHOWN = 20;

export function emptyFinding(): Finding {
  return { count: 0, ids: [] };
}

export function addFinding(finding: Finding, id: string): void {
  finding.count += 1;
  if (finding.ids.length < IDS_SHOWN) finding.ids.push(id);
}

/** "3 pairs ... (first: p7)", or nothing. */
export function describeFinding({ count, ids }: Finding, what: string): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? "pair" : "pairs"} ${what} (first: ${ids[0]})`];
}

/**
 * Refuses a dialogue that no template can mean: a system message that is not the first, or a prompt whose last turn is not the user's,
 * so that both responses would be a second answer in a row. Throws TrainingDataError.
 */
export function checkRoles({ id, prompt }: PreferencePair, file: string): void {
  const late = prompt.findIndex(({ role }, turn) => role === "system" && turn > 0);
  if (late > 0)
    throw new TrainingDataError(
      `${file}: pair "${id}": turn ${late + 1} is a system message; only the first turn may be`,
    );
  const last = prompt.at(-1)?.role;
  if (last !== "user")
    throw new TrainingDataError(
      `${file}: pair "${id}": the prompt ends with a turn of the ${last ?? "nobody"}; the last turn before a response must be the user's`,
    );
}

/** Whether one speaker has two turns in a row: unusual, and some templates refuse it. */
export function repeatsSpeaker({ prompt }: PreferencePair): boolean {
  return prompt.some(({ role }, turn) => turn > 0 && role === prompt[turn - 1]?.role);
}
