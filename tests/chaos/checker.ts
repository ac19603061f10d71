/** Compares what clients were told with what the database holds. Pure, so that it can be tested itself. */
import type { Attempt } from "./annotator";

export interface ComparisonRow {
  id: string;
  idempotencyKey: string;
  itemId: string;
  userId: string;
  assignmentId: string;
  strength: string;
  chosenText: string;
}

export interface ItemRow {
  id: string;
  overlap: number;
  slotsRemaining: number;
  judgements: number;
  leases: number;
  state: string;
}

export interface Check {
  name: string;
  violations: string[];
}

export function checkRun(attempts: Attempt[], comparisons: ComparisonRow[], items: ItemRow[]): Check[] {
  const byKey = group(comparisons, (row) => row.idempotencyKey);
  const stored = (attempt: Attempt) => byKey.get(`${attempt.userId}:${attempt.key}`) ?? [];
  const known = new Set(attempts.map((attempt) => `${attempt.userId}:${attempt.key}`));
  return [
    {
      name: "every acknowledged comparison is stored, once and as sent (I1)",
      violations: attempts.flatMap((attempt) =>
        attempt.acknowledged.length === 0 ? [] : acknowledgedProblems(attempt, stored(attempt)),
      ),
    },
    {
      name: "what was refused is not stored, and nothing is stored that nobody sent",
      violations: [
        ...attempts
          .filter((attempt) => attempt.refused.length > 0 && stored(attempt).length > 0)
          .map((attempt) => `key ${attempt.key} was refused (${attempt.refused}) and is stored`),
        ...comparisons
          .filter((row) => !known.has(row.idempotencyKey))
          .map((row) => `comparison ${row.id} was sent by nobody`),
      ],
    },
    {
      name: "no item is judged more often than its overlap, nor twice by one annotator (I2)",
      violations: overlapProblems(comparisons, items),
    },
    {
      name: "slots, leases and judgements of every item add up",
      violations: items
        .filter((item) => item.slotsRemaining + item.judgements + item.leases !== item.overlap)
        .map(
          (item) => `item ${item.id}: ${item.slotsRemaining} + ${item.judgements} + ${item.leases} <> ${item.overlap}`,
        ),
    },
    {
      name: "no item is starved: all are judged as often as asked (I3)",
      violations: items
        .filter((item) => item.state !== "done" || item.judgements !== item.overlap)
        .map((item) => `item ${item.id} is ${item.state} with ${item.judgements} of ${item.overlap}`),
    },
  ];
}

function group<T>(rows: T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}

function acknowledgedProblems(attempt: Attempt, rows: ComparisonRow[]): string[] {
  const [row] = rows;
  if (!row) return [`key ${attempt.key} was acknowledged and is lost`];
  const problems: string[] = [];
  if (rows.length > 1) problems.push(`key ${attempt.key} is stored ${rows.length} times`);
  if (attempt.acknowledged.some((id) => id !== row.id)) problems.push(`key ${attempt.key} got different ids`);
  if (row.itemId !== attempt.itemId || row.assignmentId !== attempt.assignmentId)
    problems.push(`key ${attempt.key} is stored on another item`);
  if (row.strength !== attempt.sent.strength || row.chosenText !== attempt.preferredText)
    problems.push(`key ${attempt.key} is stored with another verdict`);
  return problems;
}

function overlapProblems(comparisons: ComparisonRow[], items: ItemRow[]): string[] {
  const byItem = group(comparisons, (row) => row.itemId);
  return items.flatMap((item) => {
    const rows = byItem.get(item.id) ?? [];
    const people = new Set(rows.map((row) => row.userId)).size;
    const problems: string[] = [];
    if (rows.length > item.overlap) problems.push(`item ${item.id} has ${rows.length} of ${item.overlap} judgements`);
    if (people !== rows.length) problems.push(`item ${item.id} was judged twice by one annotator`);
    if (rows.length !== item.judgements)
      problems.push(`item ${item.id} counts ${item.judgements} judgements but has ${rows.length}`);
    return problems;
  });
}
