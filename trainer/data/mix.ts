/**
 * The paper's data mixes (section 3.2.2). Helpfulness: all of our annotators' helpfulness pairs and an equal part drawn
 * uniformly from everything else (our safety pairs and open-source sets). Safety: all safety pairs, ours and imported
 * (Anthropic Harmless), mixed 90/10 with helpfulness pairs, ours and imported.
 */
import { createRandom, deriveSeed, shuffled } from "../core/random";
import type { PreferencePair, Task } from "../format/pair";

/** Share of the mix that comes from the other side. Read as 50/50 and 90/10. */
export const PAPER_OTHER_SHARE: Record<Task, number> = { helpfulness: 0.5, safety: 0.1 };

export interface MixOptions {
  task: Task;
  /** Share of the result drawn from the other side, 0..1; null = the paper's. */
  otherShare: number | null;
  seed: number;
}

export interface MixDescription {
  task: Task;
  otherShareWanted: number;
  otherShareDrawn: number;
  mainPairs: number;
  otherPairsDrawn: number;
  otherPairsAvailable: number;
  /** What differs from the paper's mix and why, in sentences; empty when nothing does. */
  notes: string[];
}

interface Sides {
  main: PreferencePair[];
  other: PreferencePair[];
  notes: string[];
}

type MixPair = Pick<PreferencePair, "task" | "source">;

/** Whether a pair belongs to the side that is always used whole. */
function isMain(pair: MixPair, task: Task): boolean {
  return pair.task === task && (task === "safety" || pair.source === "annotator");
}

function split(pairs: readonly PreferencePair[], task: Task): Sides {
  const main = pairs.filter((pair) => isMain(pair, task));
  if (main.length > 0) return { main, other: pairs.filter((pair) => !isMain(pair, task)), notes: [] };
  const imported = pairs.filter((pair) => pair.task === task);
  if (imported.length > 0)
    return {
      main: imported,
      other: pairs.filter((pair) => pair.task !== task),
      notes: [`No ${task} pair of our annotators: all imported ${task} pairs take their place.`],
    };
  return { main: [], other: [...pairs], notes: [`No ${task} pair at all: the whole of the other side is used.`] };
}

/** Pairs to draw so that they make up `share` of the whole. */
function otherCountWanted(mainCount: number, share: number): number {
  return share >= 1 ? Number.POSITIVE_INFINITY : Math.round((mainCount * share) / (1 - share));
}

interface Plan extends Sides {
  share: number;
  wanted: number;
  drawn: number;
}

function plan(pairs: readonly PreferencePair[], { task, otherShare }: MixOptions): Plan {
  const share = otherShare ?? PAPER_OTHER_SHARE[task];
  if (!(share >= 0 && share <= 1)) throw new RangeError(`otherShare must lie in 0..1, not ${share}`);
  const sides = split(pairs, task);
  const main = share >= 1 && sides.other.length > 0 ? [] : sides.main;
  const wanted = main.length === 0 ? sides.other.length : otherCountWanted(main.length, share);
  const drawn = Math.min(wanted, sides.other.length);
  const notes = [...sides.notes];
  if (drawn < wanted && Number.isFinite(wanted))
    notes.push(`The mix wants ${wanted} pairs of the other side, ${sides.other.length} exist: all of them are used.`);
  return { main, other: sides.other, notes, share, wanted, drawn };
}

/**
 * The mixed pairs in a seeded random order. The same pairs, options and seed give the same order, however the pairs were
 * ordered before. No pair is drawn twice. Errors: RangeError for a share outside 0..1.
 */
export function mixPairs(pairs: readonly PreferencePair[], options: MixOptions): PreferencePair[] {
  const { main, other, drawn } = plan(pairs, options);
  const ordered = [...other].sort(byId);
  const taken = shuffled(ordered, createRandom(deriveSeed(options.seed, "mix.draw"))).slice(0, drawn);
  return shuffled([...main, ...taken].sort(byId), createRandom(deriveSeed(options.seed, "mix.order")));
}

function byId(a: PreferencePair, b: PreferencePair): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** What `mixPairs` draws, for logs and the run's lineage. */
export function describeMix(pairs: readonly PreferencePair[], options: MixOptions): MixDescription {
  const { main, other, notes, share, drawn } = plan(pairs, options);
  const total = main.length + drawn;
  return {
    task: options.task,
    otherShareWanted: share,
    otherShareDrawn: total === 0 ? 0 : drawn / total,
    mainPairs: main.length,
    otherPairsDrawn: drawn,
    otherPairsAvailable: other.length,
    notes,
  };
}
