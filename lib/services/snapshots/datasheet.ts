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
/** Counted only where they are given: most judgements have none. */
const LABELS = ["category", "riskCategory", "attackVector", "severity"] as const;

export class DatasheetCounts {
  private readonly columns = Object.fromEntries(
    [...COLUMNS, ...LABELS, "reasons"].map((name) => [name, new Counter()]),
  ) as Record<(typeof COLUMNS)[number] | (typeof LABELS)[number] | "reasons", Counter>;
  private readonly splits = { train: new Counter(), heldout: new Counter() };
  private readonly excluded = new Counter();
  private edited = 0;
  private bothUnacceptable = 0;
  readonly policies = new Counter();
  readonly guidelines = new Counter();

  addExcluded(reason: Exclusion): void {
    this.excluded.add(reason);
  }

  add(row: FrozenRow, split: Split): void {
    if (row.editedResponse !== null) this.edited += 1;
    if (row.bothUnacceptable) this.bothUnacceptable += 1;
    for (const name of COLUMNS) this.columns[name].add(row[name]);
    for (const name of LABELS) if (row[name] !== null) this.columns[name].add(String(row[name]));
    for (const reason of row.reasons) this.columns.reasons.add(reason);
    this.splits[split].add(row.task);
    for (const variant of [row.chosenVariantId, row.rejectedVariantId]) if (variant) this.policies.add(variant);
    if (row.guidelineVersionId) this.guidelines.add(row.guidelineVersionId);
  }

  value() {
    const byColumn = Object.fromEntries(Object.entries(this.columns).map(([name, counter]) => [name, counter.value()]));
    return {
      counts: byColumn,
      bySplit: { train: this.splits.train.value(), heldout: this.splits.heldout.value() },
      excluded: this.excluded.value(),
      /** Judgements with an answer of the annotator's own; each gives two pairs more. */
      edited: this.edited,
      /** Judgements whose annotator found neither answer good enough; the choice between the two stands. */
      bothUnacceptable: this.bothUnacceptable,
    };
  }
}
