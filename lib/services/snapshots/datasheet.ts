/** Counts what went into a snapshot while it streams by; the manifest's datasheet is made of it. Memory: one entry per distinct value. */
import type { Exclusion, FrozenRow } from "@/db/queries/snapshots";
import type { Split } from "@/trainer/format/snapshot";

type Counts = Record<string, number>;

/** Keys in sorted order, so that the same data gives the same bytes. */
function sorted(counts: Map<string, number>): Counts {
  return Object.fromEntries([...counts.entries()].sort(([left], [right]) => (left < right ? -1 : 1)));
}

class Counter {
  private readonly counts = new Map<string, number>();
  add(key: string | null): void {
    const name = key ?? "none";
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
  keys(): string[] {
    return [...this.counts.keys()].filter((key) => key !== "none");
  }
  value(names: Map<string, string> = new Map()): Counts {
    const named = new Map<string, number>();
    for (const [key, count] of this.counts) named.set(names.get(key) ?? key, count);
    return sorted(named);
  }
}

const COLUMNS = ["task", "strength", "safety", "language", "source", "sourceName"] as const;

export class DatasheetCounts {
  private readonly columns = Object.fromEntries(COLUMNS.map((name) => [name, new Counter()])) as Record<
    (typeof COLUMNS)[number],
    Counter
  >;
  private readonly splits = { train: new Counter(), heldout: new Counter() };
  private readonly excluded = new Counter();
  private edited = 0;
  readonly policies = new Counter();
  readonly guidelines = new Counter();

  addExcluded(reason: Exclusion): void {
    this.excluded.add(reason);
  }

  add(row: FrozenRow, split: Split): void {
    if (row.editedResponse !== null) this.edited += 1;
    for (const name of COLUMNS) this.columns[name].add(row[name]);
    this.splits[split].add(row.task);
    for (const variant of [row.chosenVariantId, row.rejectedVariantId]) if (variant) this.policies.add(variant);
    if (row.guidelineVersionId) this.guidelines.add(row.guidelineVersionId);
  }

  value() {
    const byColumn = Object.fromEntries(COLUMNS.map((name) => [name, this.columns[name].value()]));
    return {
      counts: byColumn,
      bySplit: { train: this.splits.train.value(), heldout: this.splits.heldout.value() },
      excluded: this.excluded.value(),
      /** Judgements with an answer of the annotator's own; each gives two pairs more. */
      edited: this.edited,
    };
  }
}
