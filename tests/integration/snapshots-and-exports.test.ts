/** Freezing and exporting on a real Postgres: the same bytes from the same data, and everything reads back. */
import { createWriteStream } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { sql } from "drizzle-orm";
import { parquetWriteBuffer } from "hyparquet-writer";
import { beforeAll, describe, expect, test } from "vitest";
import { insertAudit } from "@/db/queries/audit";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { submitComparison } from "@/lib/services/comparisons/submit";
import { exportSnapshot } from "@/lib/services/export/export";
import { importFile } from "@/lib/services/import/file";
import type { ImportInput } from "@/lib/services/import/run";
import { freezeSnapshot } from "@/lib/services/snapshots/freeze";
import type { PreferencePair } from "@/trainer/format/pair";
import { readPairs, verifySnapshot } from "@/trainer/format/snapshot";
import { contextOf, createPairs, createUsers } from "../support/annotation-fixture";
import {
  actor,
  countRows,
  createDataProject,
  importBytes,
  jsonl,
  prepareData,
  problemsOf,
  trl,
} from "../support/data-fixture";

const data = prepareData();
let { database, context, home } = data;
beforeAll(() => {
  ({ database, context, home } = data);
});
const createProject = (heldoutShare?: number) => createDataProject(data, heldoutShare);
const run = (input: Omit<ImportInput, "sourceName">, bytes: Buffer | string) => importBytes(data, input, bytes);
const count = (table: string, projectId: string) => countRows(data, table, projectId);

describe("freeze and export", () => {
  test("an edited answer ranks above both, in the split of its prompt", async () => {
    const { projectId, campaignId } = await createProject();
    await createPairs(database.db, projectId, campaignId, 2);
    const [person] = await createUsers(database.db, projectId, 1);
    const annotator = contextOf(database.db, person!);
    const made: string[] = [];
    for (const editedResponse of ["third and best", undefined]) {
      const leased = await leaseAssignment(annotator, { projectId, resume: false });
      const verdict = { preferred: "a" as const, strength: "better" as const, tags: [], durationMs: 1 };
      const body = { assignmentId: leased!.assignmentId, ...verdict, ...(editedResponse ? { editedResponse } : {}) };
      const stored = await submitComparison(annotator, { ...body, idempotencyKey: `edited-${made.length}` });
      expect(stored.editedResponse).toBe(editedResponse ?? null);
      made.push(stored.id);
    }
    const snapshot = await freezeSnapshot(context, { projectId, name: "edited" });
    const pairs: PreferencePair[] = [];
    for (const name of ["train.jsonl", "heldout.jsonl"]) {
      const split: PreferencePair[] = [];
      for await (const pair of readPairs(path.join(home, "snapshots", snapshot.id, name))) split.push(pair);
      // All three of a judgement on one side, or none of them.
      expect([0, 3]).toContain(split.filter((pair) => pair.id.startsWith(made[0]!)).length);
      pairs.push(...split);
    }
    const plain = pairs.find((pair) => pair.id === made[0])!;
    const of = (suffix: string) => pairs.find((pair) => pair.id === `${made[0]}/${suffix}`);
    expect(pairs).toHaveLength(4);
    expect(of("edited-chosen")).toMatchObject({ chosen: "third and best", rejected: plain.chosen, strength: null });
    expect(of("edited-rejected")).toMatchObject({
      chosen: "third and best",
      rejected: plain.rejected,
      strength: "better",
    });
  });

  test("the same data gives the same bytes, a smaller share frees nothing, every export reads back", async () => {
    const { projectId } = await createProject(0.3);
    await run({ projectId, task: "helpfulness" }, jsonl(Array.from({ length: 300 }, (_, index) => trl(index))));
    const first = await freezeSnapshot(context, { projectId, name: "one" });
    const { train, heldout } = first.manifest.files;
    expect(train.rows + heldout.rows).toBe(300);
    expect(heldout.rows).toBeGreaterThan(50);
    await verifySnapshot(path.join(home, "snapshots", first.id));

    await database.db.transaction(async (tx) => {
      await insertAudit(tx, { actor, action: "fixture", objectType: "project", objectId: projectId });
      await tx.execute(
        sql`update projects set settings = jsonb_set(settings, '{heldoutShare}', '0') where id = ${projectId}`,
      );
    });
    const second = await freezeSnapshot(context, { projectId, name: "two" });
    expect(second.manifest.files).toEqual(first.manifest.files);
    expect(second.manifest.heldoutShare).toBe(0.3);
    expect(second.manifest.datasheet).toMatchObject({
      counts: { task: { helpfulness: 300 }, source: { import: 300 } },
    });
    const kept = await database.db.execute(sql`
      select count(*)::int as n, count(*) filter (where heldout)::int as heldout from snapshot_comparisons where snapshot_id = ${second.id}`);
    expect(kept.rows).toEqual([{ n: 300, heldout: heldout.rows }]);

    for (const format of ["jsonl", "trl", "hh", "csv", "parquet"] as const) {
      const file = await exportSnapshot(context, { id: second.id, format, split: "train" });
      const chunks: Buffer[] = [];
      for await (const chunk of file.bytes) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      expect(file.fileName).toMatch(/^pairwright-[0-9a-f]{8}-train\.[a-z.]+$/);
      if (format === "jsonl")
        expect(bytes).toEqual(await readFile(path.join(home, "snapshots", second.id, "train.jsonl")));
      if (format === "trl" || format === "hh" || format === "jsonl") {
        const other = await createProject();
        const report = await run({ projectId: other.projectId }, bytes);
        expect(report).toMatchObject({ format, comparisons: train.rows, skipped: 0 });
      }
    }
    const exports = await database.db.execute(
      sql`select count(*)::int as n from exports where snapshot_id = ${second.id}`,
    );
    expect(exports.rows).toEqual([{ n: 5 }]);
  });

  test("preferred_unsafe stays out and is counted; an empty project is refused and leaves no files", async () => {
    const { projectId } = await createProject();
    const before = await readdir(path.join(home, "snapshots"));
    await expect(freezeSnapshot(context, { projectId, name: "none" })).rejects.toThrow(/nothing to freeze/);
    expect(await readdir(path.join(home, "snapshots"))).toEqual(before);

    await run({ projectId, task: "safety" }, jsonl([trl(1), trl(2)]));
    await database.db.transaction(async (tx) => {
      await insertAudit(tx, { actor, action: "fixture", objectType: "project", objectId: projectId });
      await tx.execute(sql`
        insert into comparisons (project_id, item_id, source, source_name, task, chosen_id, rejected_id, safety, supersedes_id, idempotency_key, payload_hash)
        select project_id, item_id, source, source_name, task, rejected_id, chosen_id, 'preferred_unsafe', id, 'newer', 'x'
        from comparisons where project_id = ${projectId} order by sequence limit 1`);
    });
    const snapshot = await freezeSnapshot(context, { projectId, name: "some" });
    expect(snapshot.manifest.datasheet).toMatchObject({ excluded: { preferred_unsafe: 1 }, superseded: 1 });
    const pairs = [];
    for (const split of ["train", "heldout"])
      for await (const pair of readPairs(path.join(home, "snapshots", snapshot.id, `${split}.jsonl`)))
        pairs.push(pair.prompt[0]?.content);
    expect(pairs).toEqual(["question 2"]);
  });

  test("gold items and mirrored re-asks stay out of snapshots, each counted by its name", async () => {
    const { projectId, campaignId } = await createProject();
    const items = await createPairs(database.db, projectId, campaignId, 4);
    const [person] = await createUsers(database.db, projectId, 1);
    const annotator = contextOf(database.db, person!);
    for (let turn = 0; turn < 4; turn += 1) {
      const leased = await leaseAssignment(annotator, { projectId, resume: false });
      const verdict = { preferred: "a" as const, strength: "better" as const, tags: [], durationMs: 1 };
      await submitComparison(annotator, {
        ...verdict,
        assignmentId: leased!.assignmentId,
        idempotencyKey: `purpose-${turn}`,
      });
    }
    await database.db.execute(sql`update items set purpose = 'gold' where id = ${items[0]}`);
    await database.db.execute(sql`update items set purpose = 'mirror' where id in (${items[1]}, ${items[2]})`);
    const { manifest } = await freezeSnapshot(context, { projectId, name: "work" });
    expect(manifest.datasheet).toMatchObject({
      excluded: { gold: 1, mirror: 2 },
      counts: { task: { helpfulness: 1 } },
    });
    expect(manifest.files.train.rows + manifest.files.heldout.rows).toBe(1);
  });

  test("a data set leaves as a zip and a flat Parquet file as itself, and both come back", async () => {
    const { projectId } = await createProject(0.3);
    const rows = Array.from({ length: 60 }, (_, index) => ({ ...trl(index), strength: "better" }));
    await run({ projectId, task: "helpfulness" }, jsonl(rows));
    const { id, manifest } = await freezeSnapshot(context, { projectId, name: "set" });
    for (const format of ["datasets", "parquet"] as const) {
      const file = path.join(home, `out.${format}`);
      const exported = await exportSnapshot(context, { id, format, split: "train" });
      await pipeline(Readable.from(exported.bytes), createWriteStream(file));
      const other = await createProject();
      const report = await importFile(context, { projectId: other.projectId, sourceName: "back" }, file);
      const expected = format === "datasets" ? 60 : manifest.files.train.rows;
      expect(report).toMatchObject({ rows: expected, comparisons: expected, skipped: 0 });
      expect(exported.rows).toBe(expected);
      const stored = await database.db.execute(sql`
        select distinct strength, task from comparisons where project_id = ${other.projectId}`);
      expect(stored.rows).toEqual([{ strength: "better", task: "helpfulness" }]);
      const again = await importFile(context, { projectId: other.projectId, sourceName: "back" }, file);
      expect(again).toMatchObject({ comparisons: 0, skipped: expected });
    }
  });

  test("a bad row in Parquet is named by its number and nothing is kept", async () => {
    const { projectId } = await createProject();
    const file = path.join(home, "bad.parquet");
    const answers = ["good", null, "good"];
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: "prompt", data: ["a", "b", "c"], type: "STRING" },
        { name: "chosen", data: answers, type: "STRING" },
        { name: "rejected", data: ["x", "y", "z"], type: "STRING" },
      ],
    });
    await writeFile(file, Buffer.from(bytes));
    const error = await importFile(context, { projectId, sourceName: "bad", task: "safety" }, file).catch(
      (caught: unknown) => caught,
    );
    expect(problemsOf(error)).toEqual([{ line: 2, message: expect.stringContaining("chosen") }]);
    expect(await count("items", projectId)).toBe(0);
  });

  test("a split whose files are gone is told, not half sent", async () => {
    const { projectId } = await createProject();
    await run({ projectId, task: "safety" }, jsonl([trl(1)]));
    const snapshot = await freezeSnapshot(context, { projectId, name: "lost" });
    await rm(path.join(home, "snapshots", snapshot.id), { recursive: true });
    await expect(exportSnapshot(context, { id: snapshot.id, format: "trl", split: "train" })).rejects.toThrow(
      /data folder/,
    );
  });
});
