/** The chaos run is only worth something if its checker sees each kind of damage. */
import { describe, expect, it } from "vitest";
import type { Attempt } from "../chaos/annotator";
import { type ComparisonRow, checkRun, type ItemRow } from "../chaos/checker";

const attempt = (changes: Partial<Attempt> = {}): Attempt => ({
  key: "k1",
  userId: "u1",
  itemId: "i1",
  assignmentId: "a1",
  sent: { preferred: "a", strength: "better" },
  preferredText: "first",
  acknowledged: ["c1"],
  refused: [],
  ...changes,
});
const row = (changes: Partial<ComparisonRow> = {}): ComparisonRow => ({
  id: "c1",
  idempotencyKey: "u1:k1",
  itemId: "i1",
  userId: "u1",
  assignmentId: "a1",
  strength: "better",
  chosenText: "first",
  ...changes,
});
const item = (changes: Partial<ItemRow> = {}): ItemRow => ({
  id: "i1",
  overlap: 1,
  slotsRemaining: 0,
  judgements: 1,
  leases: 0,
  state: "done",
  ...changes,
});
const violations = (attempts: Attempt[], rows: ComparisonRow[], items: ItemRow[]) =>
  checkRun(attempts, rows, items).flatMap((check) => check.violations);

describe("the chaos checker", () => {
  it("finds nothing wrong with a sound run", () => expect(violations([attempt()], [row()], [item()])).toEqual([]));

  it.each([
    ["a lost comparison", [attempt()], [], [item({ judgements: 0, slotsRemaining: 1, state: "open" })], /is lost/],
    ["a doubled comparison", [attempt()], [row(), row({ id: "c2" })], [item()], /stored 2 times/],
    ["two ids for one key", [attempt({ acknowledged: ["c1", "c9"] })], [row()], [item()], /different ids/],
    ["a turned verdict", [attempt()], [row({ chosenText: "second" })], [item()], /another verdict/],
    [
      "a refused one that is stored",
      [attempt({ acknowledged: [], refused: ["lease_expired"] })],
      [row()],
      [item()],
      /refused/,
    ],
    ["one that nobody sent", [], [row()], [item()], /by nobody/],
    [
      "too many judgements",
      [attempt()],
      [row(), row({ id: "c2", idempotencyKey: "u2:k2", userId: "u2" })],
      [item()],
      /2 of 1/,
    ],
    [
      "one annotator twice",
      [attempt()],
      [row(), row({ id: "c2", idempotencyKey: "u1:k2" })],
      [item({ overlap: 2, judgements: 2 })],
      /twice by one/,
    ],
    ["a slot that leaked", [attempt()], [row()], [item({ overlap: 3 })], /<> 3/],
    ["a starved item", [], [], [item({ judgements: 0, slotsRemaining: 1, state: "open" })], /is open with 0 of 1/],
  ] as const)("sees %s", (_name, attempts, rows, items, message) => {
    expect(violations([...attempts], [...rows], [...items]).join("\n")).toMatch(message);
  });
});
