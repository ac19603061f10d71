/** A project with annotators and two reviewers, and the pairs of a snapshot frozen from it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, vi } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import * as environment from "@/lib/env";
import { systemContext } from "@/lib/services/context";
import { freezeSnapshot } from "@/lib/services/snapshots/freeze";
import type { PreferencePair } from "@/trainer/format/pair";
import { readPairs } from "@/trainer/format/snapshot";
import { contextOf, createCampaign, createPairs, createProject, createUsers } from "./annotation-fixture";
import { createTestDatabase, type TestDatabase } from "./database";
import { changeSettings } from "./judging";

interface ProjectOptions {
  task?: "helpfulness" | "safety";
  items?: number;
  overlap?: number;
  annotators?: number;
}

/** Registers what comes before and after all tests of the file that calls it. */
export function reviewBench() {
  let database: Database;
  let clone: TestDatabase;
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), "pairwright-review-"));
    clone = await createTestDatabase();
    const real = environment.env();
    vi.spyOn(environment, "env").mockReturnValue({ ...real, PAIRWRIGHT_HOME: home });
    database = createDatabase(clone.url);
  });
  afterAll(async () => {
    await database.pool.end();
    await clone.drop();
    await rm(home, { recursive: true, force: true });
  });
  return {
    /** Reviewers see only what is flagged or unsafe there. */
    async setUp({ task = "safety", items = 1, overlap = 1, annotators = 1 }: ProjectOptions) {
      const { db } = database;
      const projectId = await createProject(db);
      await changeSettings(db, projectId, { review: { share: 0, firstJudgements: 0 } });
      const campaignId = await createCampaign(db, projectId, { task, overlap });
      await createPairs(db, projectId, campaignId, items, overlap);
      const people = await createUsers(db, projectId, annotators);
      const [reviewer, second] = await createUsers(db, projectId, 2, "reviewer");
      const contexts = { reviewer: contextOf(db, reviewer!), second: contextOf(db, second!) };
      return { db, projectId, people, ...contexts, page: { projectId, limit: 20 } };
    },
    async freeze(projectId: string) {
      const snapshot = await freezeSnapshot(systemContext(database.db, "worker"), { projectId, name: "s" });
      const pairs: PreferencePair[] = [];
      for (const name of ["train.jsonl", "heldout.jsonl"])
        for await (const pair of readPairs(path.join(home, "snapshots", snapshot.id, name))) pairs.push(pair);
      return { pairs, datasheet: snapshot.manifest.datasheet as { excluded: Record<string, number> } };
    },
  };
}
