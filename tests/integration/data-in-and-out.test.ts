/** Import -> freeze -> export on a real Postgres: all or nothing, duplicates, hold-out across rounds, bytes that repeat. */
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { sql } from "drizzle-orm";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { type CopyPart, copyInto } from "@/db/copy";
import { insertAudit } from "@/db/queries/audit";
import { canLoadWithoutTriggers } from "@/db/queries/import";
import { campaigns, projects } from "@/db/schema";
import { projectSettingsSchema } from "@/lib/domain/project-settings";
import * as environment from "@/lib/env";
import { DomainError } from "@/lib/errors";
import { leaseAssignment } from "@/lib/services/assignments/lease";
import { submitComparison } from "@/lib/services/comparisons/submit";
import { type ServiceContext, systemContext } from "@/lib/services/context";
import { exportSnapshot } from "@/lib/services/export/export";
import { importFile } from "@/lib/services/import/file";
import { type ImportInput, importRows } from "@/lib/services/import/run";
import { freezeSnapshot } from "@/lib/services/snapshots/freeze";
import type { PreferencePair } from "@/trainer/format/pair";
import { readPairs, verifySnapshot } from "@/trainer/format/snapshot";
import { contextOf, createPairs, createUsers } from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";

let testDatabase: TestDatabase;
let database: Database;
let context: ServiceContext;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "pairwright-data-"));
  testDatabase = await createTestDatabase();
  const real = environment.env();
  vi.spyOn(environment, "env").mockReturnValue({ ...real, PAIRWRIGHT_HOME: home });
  database = createDatabase(testDatabase.url, { connectionsMax: 4 });
  context = systemContext(database.db, "import");
});
afterAll(async () => {
  await database.pool.end();
  await testDatabase.drop();
  await rm(home, { recursive: true, force: true });
});

const actor = { id: null, kind: "seed" } as const;

async function createProject(heldoutShare = 0.2): Promise<{ projectId: string; campaignId: string }> {
  return database.db.transaction(async (tx) => {
    await insertAudit(tx, { actor, action: "fixture", objectType: "fixture", objectId: "project" });
    const settings = projectSettingsSchema.parse({ heldoutShare });
    const [project] = await tx.insert(projects).values({ name: "P", settings }).returning();
    const projectId = project!.id;
    const [campaign] = await tx
      .insert(campaigns)
      .values({ projectId, name: "C", kind: "preference", task: "helpfulness", overlap: 3 })
      .returning();
    return { projectId, campaignId: campaign!.id };
  });
}

const run = (input: Omit<ImportInput, "sourceName">, bytes: Buffer | string) =>
  importRows(context, { sourceName: "test", ...input }, () =>
    (async function* () {
      yield Buffer.from(bytes);
    })(),
  );
const jsonl = (rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const trl = (index: number) => ({ prompt: `question ${index}`, chosen: `good ${index}`, rejected: `bad ${index}` });
const count = async (table: string, projectId: string): Promise<number> => {
  const { rows } = await database.db.execute<{ n: number }>(
    sql`select count(*)::int as n from ${sql.identifier(table)} where project_id = ${projectId}`,
  );
  return rows[0]!.n;
};
const problemsOf = (error: unknown) => (error as DomainError).problems;

describe("import", () => {
  test("stores verdicts as comparisons of the source, skips duplicates and says where", async () => {
    const { projectId } = await createProject();
    const bytes = gzipSync(jsonl([trl(1), trl(2), trl(1), { ...trl(3), rejected: "good 3" }]));
    const first = await run({ projectId, task: "helpfulness" }, bytes);
    expect(first).toMatchObject({ format: "trl", rows: 4, comparisons: 2, skipped: 2 });
    expect(first.skippedLines).toEqual([
      { line: 3, reason: "the same as line 1" },
      { line: 4, reason: "chosen and rejected are the same text" },
    ]);
    const again = await run({ projectId, task: "helpfulness" }, bytes);
    expect(again).toMatchObject({ comparisons: 0, skipped: 4 });
    expect(again.skippedLines[0]).toEqual({ line: 1, reason: "already in the project" });
    const { rows } = await database.db.execute(sql`
      select source, source_name, user_id, strength from comparisons where project_id = ${projectId}`);
    expect(rows).toEqual(Array(2).fill({ source: "import", source_name: "test", user_id: null, strength: null }));
    const items = await database.db.execute(sql`
      select distinct state, slots_remaining, pair_probability from items where project_id = ${projectId}`);
    expect(items.rows).toEqual([{ state: "done", slots_remaining: 0, pair_probability: 1 }]);
  });

  test("finds what it has met before within a batch, in an earlier batch and in an earlier import", async () => {
    const { projectId } = await createProject();
    const rows = Array.from({ length: 4500 }, (_, index) => trl(index + 1));
    rows[4299] = trl(2);
    rows[2999] = trl(2999);
    rows[3000] = trl(2999);
    const first = await run({ projectId, task: "helpfulness" }, jsonl(rows));
    expect(first).toMatchObject({ rows: 4500, comparisons: 4497, skipped: 3 });
    expect(first.skippedLines).toEqual([
      { line: 3000, reason: "the same as line 2999" },
      { line: 3001, reason: "the same as line 2999" },
      { line: 4300, reason: "the same as line 2" },
    ]);
    const more = [trl(5000), trl(7), trl(5000), { ...trl(8), rejected: "good 8" }, trl(5001)];
    const second = await run({ projectId, task: "helpfulness" }, jsonl(more));
    expect(second).toMatchObject({ comparisons: 2, skipped: 3 });
    expect(second.skippedLines).toEqual([
      { line: 2, reason: "already in the project" },
      { line: 3, reason: "the same as line 1" },
      { line: 4, reason: "chosen and rejected are the same text" },
    ]);
  });

  test("judgements keep the order of the file", async () => {
    const { projectId } = await createProject();
    await run({ projectId, task: "helpfulness" }, jsonl([trl(3)]));
    await run({ projectId, task: "safety" }, jsonl([trl(9), trl(4), trl(7)]));
    const { rows } = await database.db.execute<{ content: string }>(sql`
      select m.content from comparisons c join messages m on m.id = c.chosen_id
      where c.project_id = ${projectId} order by c.sequence`);
    expect(rows.map(({ content }) => content)).toEqual(["good 3", "good 9", "good 4", "good 7"]);
  });

  test("a COPY that fails takes its transaction along and leaves the connection fit for use", async () => {
    const { projectId } = await createProject();
    const single = createDatabase(testDatabase.url, { connectionsMax: 1 });
    const part = (lines: string[]): CopyPart => ({
      table: "dialogues",
      columns: ["id", "project_id"],
      rows: lines.length,
      chunks: [Buffer.from(lines.join(""))],
    });
    const good = (count: number) => part(Array.from({ length: count }, () => `${randomUUID()}\t${projectId}\n`));
    try {
      const parts = [good(2), part([`oops\t${projectId}\n`]), good(20_000)];
      await expect(single.db.transaction((tx) => copyInto(tx, parts))).rejects.toThrow(/uuid.*oops/);
      await single.db.transaction((tx) => copyInto(tx, [good(3), good(0), good(1)]));
    } finally {
      await single.pool.end();
    }
    expect(await count("dialogues", projectId)).toBe(4);
  });

  test("one bad line among many leaves nothing behind and is named", async () => {
    const { projectId } = await createProject();
    const lines = Array.from({ length: 1200 }, (_, index) => JSON.stringify(trl(index)));
    lines[1100] = '{"prompt":"a"';
    lines[1150] = JSON.stringify({ ...trl(5), chosen: 3 });
    const error = await run({ projectId, task: "safety" }, lines.join("\n")).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DomainError);
    expect(problemsOf(error).map((problem) => problem.line)).toEqual([1101, 1151]);
    for (const table of ["comparisons", "items", "dialogues", "campaigns"])
      expect(await count(table, projectId)).toBe(table === "campaigns" ? 1 : 0);
  });

  test("pairs without a verdict wait in the campaign, prompts go to the prompts", async () => {
    const { projectId, campaignId } = await createProject();
    const rows = [
      { prompt: "q", responses: ["a", "b"] },
      { prompt: "q", responses: ["b", "a"] },
      { prompt: "only" },
      { prompt: "only" },
    ];
    const noCampaign = await run({ projectId, task: "helpfulness" }, jsonl(rows)).catch((caught: unknown) => caught);
    expect(problemsOf(noCampaign)[0]).toMatchObject({ line: 1, message: expect.stringContaining("campaign") });
    const report = await run({ projectId, campaignId, task: "helpfulness" }, jsonl(rows));
    expect(report).toMatchObject({ items: 1, prompts: 1, skipped: 2 });
    const items = await database.db.execute(sql`
      select state, overlap, slots_remaining from items where campaign_id = ${campaignId}`);
    expect(items.rows).toEqual([{ state: "open", overlap: 3, slots_remaining: 3 }]);
    expect(await run({ projectId, campaignId, task: "helpfulness" }, jsonl(rows))).toMatchObject({
      items: 0,
      prompts: 0,
      skipped: 4,
    });
  });

  test("repeats the prompt's language and category on the item, whatever the format", async () => {
    const { projectId, campaignId } = await createProject();
    const open = { prompt: "질문", responses: ["a", "b"], category: "hate", attackVector: "role_play" };
    await run({ projectId, campaignId, task: "helpfulness" }, jsonl([open]));
    await run(
      { projectId, task: "safety" },
      jsonl([
        { ...trl(1), category: "hate" },
        { ...trl(2), category: 7 },
      ]),
    );
    const { rows } = await database.db.execute(sql`
      select language, category, attack_vector from items where project_id = ${projectId} order by id`);
    expect(rows).toEqual([
      { language: "ko", category: "hate", attack_vector: "role_play" },
      { language: "en", category: "hate", attack_vector: null },
      { language: "en", category: null, attack_vector: null },
    ]);
  });

  test("with triggers or without, the same rows are stored and every reference holds", async () => {
    expect(await database.db.transaction(canLoadWithoutTriggers)).toBe(true);
    const stored = async () => {
      const { projectId } = await createProject();
      await run({ projectId, task: "safety" }, jsonl([{ ...trl(1), safety: "both_safe" }, trl(2)]));
      const { rows } = await database.db.execute(sql`
        select c.task, c.strength, c.safety, c.source_name, i.state, i.overlap, i.judgements, i.slots_remaining, d.language,
          p.content as prompt, p.role, x.content as chosen, y.content as rejected, g.state as campaign
        from comparisons c join items i on i.id = c.item_id and i.project_id = c.project_id
        join campaigns g on g.id = i.campaign_id join dialogues d on d.id = i.dialogue_id and d.project_id = c.project_id
        join messages p on p.id = i.context_message_id and p.dialogue_id = d.id
        join messages x on x.id = c.chosen_id and x.id = i.response1_id and x.parent_id = p.id and x.dialogue_id = d.id
        join messages y on y.id = c.rejected_id and y.id = i.response2_id and y.parent_id = p.id and y.dialogue_id = d.id
        where c.project_id = ${projectId} order by c.sequence`);
      return rows;
    };
    const without = await stored();
    expect(without).toHaveLength(2);
    await database.db.execute(sql`
      create function told() returns trigger language plpgsql as 'begin return null; end';
      create trigger told after insert on items for each row execute function told()`);
    expect(await database.db.transaction(canLoadWithoutTriggers)).toBe(false);
    expect(await stored()).toEqual(without);
    await database.db.execute(sql`drop function told() cascade`);
  });

  test("a failure while one batch is written and the next is read leaves nothing", async () => {
    const { projectId } = await createProject();
    const broken = async function* () {
      yield Buffer.from(jsonl(Array.from({ length: 2500 }, (_, index) => trl(index))));
      throw new Error("the disk is gone");
    };
    const input = { projectId, sourceName: "test", task: "helpfulness" } as const;
    await expect(importRows(context, input, broken)).rejects.toThrow("the disk is gone");
    for (const table of ["comparisons", "items", "dialogues"]) expect(await count(table, projectId)).toBe(0);
  });

  test("twenty thousand pairs take seconds", async () => {
    const { projectId } = await createProject();
    const started = performance.now();
    const report = await run(
      { projectId, task: "helpfulness" },
      jsonl(Array.from({ length: 20_000 }, (_, index) => trl(index))),
    );
    expect(report.comparisons).toBe(20_000);
    expect(performance.now() - started).toBeLessThan(40_000);
  });
});

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

test("an upload from a file gives the same report as a stream", async () => {
  const { projectId } = await createProject();
  const file = path.join(home, "upload.jsonl");
  await writeFile(file, jsonl([trl(1)]));
  expect(await importFile(context, { projectId, task: "helpfulness", sourceName: "file" }, file)).toMatchObject({
    comparisons: 1,
  });
});
