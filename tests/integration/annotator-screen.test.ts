/** What the annotator's screen keeps on the server besides the work itself: preferences, and which guidelines were read. */
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type Database } from "@/db/client";
import { auditEvents, guidelineVersions } from "@/db/schema";
import { preferencesSchema, updatePreferences as updateContract } from "@/lib/contracts/preferences";
import { createGuideline } from "@/lib/services/guidelines/guidelines";
import { guidelineChanges, readGuideline } from "@/lib/services/guidelines/reads";
import { getPreferences, updatePreferences } from "@/lib/services/preferences/preferences";
import { contextOf, createProject, createUsers } from "../support/annotation-fixture";
import { createTestDatabase, type TestDatabase } from "../support/database";

let database: Database;
let clone: TestDatabase;
beforeAll(async () => {
  clone = await createTestDatabase();
  database = createDatabase(clone.url, { connectionsMax: 5 });
});
afterAll(async () => {
  await database.pool.end();
  await clone.drop();
});

describe("preferences", () => {
  it("start with the table's defaults and keep what is not changed", async () => {
    const { db } = database;
    const [one, two] = await createUsers(db, null, 2);
    const person = contextOf(db, one!);
    expect(await getPreferences(person)).toEqual({
      shortcuts: {},
      blurHarmful: true,
      excludedCategories: [],
      exposureMaxPerDay: null,
      breakAfterMinutes: 50,
    });
    await updatePreferences(person, { breakAfterMinutes: null });
    const changed = await updatePreferences(person, { shortcuts: { undo: "z" }, blurHarmful: false });
    expect(changed).toEqual({
      shortcuts: { undo: "z" },
      blurHarmful: false,
      excludedCategories: [],
      exposureMaxPerDay: null,
      breakAfterMinutes: null,
    });
    expect(preferencesSchema.parse(await getPreferences(person))).toEqual(changed);
    expect(await updatePreferences(person, { shortcuts: {} })).toMatchObject({ shortcuts: {}, blurHarmful: false });
    expect((await getPreferences(contextOf(db, two!))).blurHarmful).toBe(true);
  });

  it("tell the audit which were changed, but not to what", async () => {
    const { db } = database;
    const [user] = await createUsers(db, null, 1);
    await updatePreferences(contextOf(db, user!), { excludedCategories: ["hateful_and_harmful"] });
    const events = await db.select().from(auditEvents).where(eq(auditEvents.objectId, user!.id));
    const event = events.find(({ action }) => action === "preferences.updated");
    expect(event?.details).toEqual({ changed: ["excludedCategories"] });
  });

  it("take no two actions of one screen on one key, no unknown action, and no key that means something else", () => {
    const parse = (shortcuts: object) => updateContract.body!.safeParse({ shortcuts }).success;
    expect(parse({ undo: "z", kept: "q" })).toBe(true);
    expect([{ undo: "q" }, { undo: "Escape" }, { undo: "ab" }, { fly: "z" }].map(parse)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("guidelines read", () => {
  it("show what changed since the version read before, until it is read once", async () => {
    const { db } = database;
    const projectId = await createProject(db);
    const [user, colleague, stranger] = [
      ...(await createUsers(db, projectId, 2)),
      ...(await createUsers(db, await createProject(db), 1)),
    ].map((row) => contextOf(db, row));
    const [lead] = await createUsers(db, projectId, 1, "lead");
    const rows = await db.select().from(guidelineVersions).where(eq(guidelineVersions.projectId, projectId));
    const first = rows.find(({ task }) => task === "safety")!;
    expect(await guidelineChanges(user!, first.id)).toMatchObject({ version: 1, read: false, since: null });
    await readGuideline(user!, first.id);
    await readGuideline(user!, first.id);
    expect(await guidelineChanges(user!, first.id)).toMatchObject({ read: true, since: null });

    const publish = (task: "helpfulness" | "safety", locale: string, body: string) =>
      createGuideline(contextOf(db, lead!), { projectId, task, locale, body });
    await publish("helpfulness", "en", "Another task");
    await publish("safety", "ko", "다른 언어");
    await publish("safety", "en", "A version nobody opened");
    const third = await publish("safety", "en", "The newest");
    const since = { id: first.id, version: 1, body: "How to judge safety" };
    expect(await guidelineChanges(user!, third.id)).toMatchObject({ version: 3, read: false, since });
    expect(await guidelineChanges(colleague!, third.id)).toMatchObject({ read: false, since: null });
    await readGuideline(user!, third.id);
    expect((await guidelineChanges(user!, third.id)).read).toBe(true);
    await expect(guidelineChanges(stranger!, third.id)).rejects.toMatchObject({ code: "not_found" });
    await expect(readGuideline(stranger!, third.id)).rejects.toMatchObject({ code: "not_found" });
  });
});
