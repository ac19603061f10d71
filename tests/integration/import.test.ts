/** Import on a real Postgres: all or nothing, duplicates, formats, order. */
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "vitest";
import { createDatabase } from "@/db/client";
import { type CopyPart, copyInto } from "@/db/copy";
import { canLoadWithoutTriggers } from "@/db/queries/import";
import { DomainError } from "@/lib/errors";
import { importFile } from "@/lib/services/import/file";
import { type ImportInput, importRows } from "@/lib/services/import/run";
import {
  countRows,
  createDataProject,
  importBytes,
  jsonl,
  prepareData,
  problemsOf,
  trl,
} from "../support/data-fixture";

const data = prepareData();
let { testDatabase, database, context, home } = data;
beforeAll(() => {
  ({ testDatabase, database, context, home } = data);
});
const createProject = (heldoutShare?: number) => createDataProject(data, heldoutShare);
const run = (input: Omit<ImportInput, "sourceName">, bytes: Buffer | string) => importBytes(data, input, bytes);
const count = (table: string, projectId: string) => countRows(data, table, projectId);

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

test("an upload from a file gives the same report as a stream", async () => {
  const { projectId } = await createProject();
  const file = path.join(home, "upload.jsonl");
  await writeFile(file, jsonl([trl(1)]));
  expect(await importFile(context, { projectId, task: "helpfulness", sourceName: "file" }, file)).toMatchObject({
    comparisons: 1,
  });
});
