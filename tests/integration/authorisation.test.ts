/**
 * Every endpoint x every role, token scope and other people's objects (I11). The list of endpoints comes from the contracts,
 * which lib/http/openapi.test.ts holds equal to the router: a new route without a row here fails.
 */
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allEndpoints } from "@/lib/contracts";
import type { Endpoint } from "@/lib/contracts/endpoint";
import { ROLES, type Role } from "@/lib/domain/roles";
import { createTestDatabase } from "../support/database";
import { type AuthorisationFixture, createAuthorisationFixture, type Person } from "./authorisation-fixture";

/** What a call to the endpoint names: path parameters by fixture key, a valid body, a query. `open` = no object of a project. */
interface Row {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: (ids: Record<string, string>) => unknown;
  raw?: string;
  headers?: Record<string, string>;
  object: "open" | "project" | "own";
}

const project: Row = { params: { projectId: "projectId" }, object: "project" };
const lease: Row = { params: { assignmentId: "assignmentId" }, object: "own" };
const live: Row = { params: { assignmentId: "liveAssignmentId" }, object: "own" };
const round: Row = { params: { roundId: "roundId" }, object: "project" };
const run: Row = { params: { trainingRunId: "trainingRunId" }, object: "project" };
const model: Row = { params: { rewardModelId: "rewardModelId" }, object: "project" };
const open: Row = { object: "open" };
const verdict = { preferred: "a", strength: "better", durationMs: 1000 };
const variant = { name: "v" };

const ROWS: Record<string, Row> = {
  "GET /me": open,
  "PATCH /me": { ...open, body: () => ({ locale: "ko" }) },
  "GET /me/preferences": open,
  "PATCH /me/preferences": { ...open, body: () => ({ blurHarmful: false }) },
  "POST /me/password": { ...open, body: () => ({ current: "wrong", next: "long enough now" }) },
  "GET /users": open,
  "POST /users": { ...open, body: () => ({ email: "bad" }) },
  "PATCH /users/{id}": { ...open, params: { id: "userId" }, body: () => ({ name: "Colleague" }) },
  "GET /tokens": open,
  "POST /tokens": { ...open, body: () => ({ name: "t", scopes: ["annotate"] }) },
  "DELETE /tokens/{id}": { ...open, params: { id: "projectId" } },
  "GET /projects": open,
  "POST /projects": { ...open, body: () => ({ name: "New" }) },
  "GET /projects/{projectId}": project,
  "PATCH /projects/{projectId}": { ...project, body: () => ({ description: "d" }) },
  "GET /projects/{projectId}/members": project,
  "POST /projects/{projectId}/members": { ...project, body: () => ({ email: "colleague@own.test" }) },
  "DELETE /projects/{projectId}/members/{userId}": {
    ...project,
    params: { projectId: "projectId", userId: "promptId" },
  },
  "GET /projects/{projectId}/guidelines": project,
  "POST /projects/{projectId}/guidelines": {
    ...project,
    body: () => ({ task: "safety", locale: "en", body: "Be kind." }),
  },
  "GET /guidelines/{id}/changes": { params: { id: "guidelineId" }, object: "project" },
  "POST /guidelines/{id}/read": { params: { id: "guidelineId" }, object: "project" },
  "GET /projects/{projectId}/campaigns": project,
  "POST /projects/{projectId}/campaigns": {
    ...project,
    body: () => ({ name: "c", kind: "preference", task: "safety" }),
  },
  "PATCH /campaigns/{id}": { params: { id: "campaignId" }, body: () => ({ priority: 5 }), object: "project" },
  "GET /projects/{projectId}/policies": project,
  "GET /projects/{projectId}/quality/agreement": project,
  "GET /projects/{projectId}/quality/annotators": project,
  "GET /projects/{projectId}/quality/hours": project,
  "GET /projects/{projectId}/progress": project,
  "GET /projects/{projectId}/quality/drift": project,
  "GET /projects/{projectId}/quality/policies": project,
  "POST /projects/{projectId}/policies": {
    ...project,
    body: () => ({
      kind: "replay",
      name: "r",
      config: { recordings: [{ prompt: "p", responses: ["r"] }] },
      variants: [variant],
    }),
  },
  "PATCH /policies/{id}": { params: { id: "policyId" }, body: () => ({ name: "n" }), object: "project" },
  "POST /policies/{id}/variants": { params: { id: "policyId" }, body: () => variant, object: "project" },
  "PATCH /policy-variants/{id}": { params: { id: "variantId" }, body: () => ({ weight: 2 }), object: "project" },
  "POST /assignments": { body: (ids) => ({ projectId: ids.projectId }), object: "project" },
  "GET /assignments/none": { ...open, query: { projectId: "projectId" }, object: "project" },
  "POST /assignments/{assignmentId}/heartbeat": lease,
  "PUT /assignments/{assignmentId}/draft": { ...lease, body: () => ({}) },
  "POST /assignments/{assignmentId}/skip": { ...lease, body: () => ({ reason: "unclear" }) },
  "POST /assignments/{assignmentId}/release": lease,
  "POST /comparisons": {
    object: "own",
    headers: { "idempotency-key": "matrix-comparison-0001" },
    body: (ids) => ({ assignmentId: ids.assignmentId, ...verdict }),
  },
  "GET /comparisons/mine": { ...open, query: { projectId: "projectId" } },
  "GET /comparisons/{comparisonId}": { params: { comparisonId: "comparisonId" }, object: "own" },
  "POST /comparisons/{comparisonId}/supersede": {
    params: { comparisonId: "comparisonId" },
    headers: { "idempotency-key": "matrix-supersede-0001" },
    body: () => verdict,
    object: "own",
  },
  "GET /live/{assignmentId}": live,
  "GET /live/{assignmentId}/stream": live,
  "GET /live/{assignmentId}/tree": live,
  "POST /live/{assignmentId}/prompt": { ...live, body: () => ({ content: "Hello?" }) },
  "POST /live/{assignmentId}/novelty": { ...live, body: () => ({ content: "Hello?" }) },
  "POST /live/{assignmentId}/stop": { ...live, body: () => ({ side: "a" }) },
  "POST /live/{assignmentId}/retry": { ...live, body: () => ({ side: "a" }) },
  "POST /live/{assignmentId}/continue": live,
  "POST /live/{assignmentId}/finish": live,
  "POST /turn-reviews": {
    object: "own",
    headers: { "idempotency-key": "matrix-turn-review-01" },
    body: (ids) => ({ assignmentId: ids.reviewAssignmentId, verdicts: ["kept"], durationMs: 1000 }),
  },
  "GET /reviews": { ...open, query: { projectId: "projectId" }, object: "project" },
  "POST /comparisons/{comparisonId}/reviews": {
    params: { comparisonId: "comparisonId" },
    body: () => ({ decision: "approved" }),
    object: "project",
  },
  "GET /reviews/counts": { query: { projectId: "projectId" }, object: "project" },
  "POST /reviews/claims": { body: (ids) => ({ projectId: ids.projectId }), object: "project" },
  "GET /disagreements": { query: { projectId: "projectId" }, object: "project" },
  "POST /disagreements/claims": { body: (ids) => ({ projectId: ids.projectId }), object: "project" },
  "POST /items/{itemId}/adjudications": {
    params: { itemId: "judgedItemId" },
    body: () => ({ outcome: "plurality" }),
    object: "project",
  },
  "GET /items/{itemId}/comments": { params: { itemId: "judgedItemId" }, object: "project" },
  "POST /items/{itemId}/comments": {
    params: { itemId: "judgedItemId" },
    body: () => ({ body: "Why?" }),
    object: "project",
  },
  "GET /guideline-gaps": { query: { projectId: "projectId" }, object: "project" },
  "POST /guideline-gaps/{gapId}/resolve": {
    params: { gapId: "gapId" },
    body: () => ({ resolution: "Written down." }),
    object: "project",
  },
  "GET /triage": { query: { projectId: "projectId" }, object: "project" },
  "POST /projects/{projectId}/triage/score": project,
  "POST /comparisons/{comparisonId}/triage": {
    params: { comparisonId: "comparisonId" },
    body: () => ({ action: "dismiss" }),
    object: "project",
  },
  "GET /projects/{projectId}/rounds": project,
  "POST /projects/{projectId}/rounds": project,
  "GET /rounds/{roundId}": round,
  "GET /rounds/{roundId}/logs": round,
  "POST /rounds/{roundId}/steps/{step}/retry": { params: { roundId: "roundId", step: "=freeze" }, object: "project" },
  "POST /rounds/{roundId}/cancel": round,
  "GET /projects/{projectId}/schedule": project,
  "PUT /projects/{projectId}/schedule": {
    ...project,
    body: () => ({ cron: "0 3 * * 1", timeZone: "UTC", paused: true }),
  },
  "GET /projects/{projectId}/training-runs": project,
  "POST /projects/{projectId}/training-runs": {
    ...project,
    body: (ids) => ({ snapshotId: ids.snapshotId, task: "safety" }),
  },
  "GET /training-runs/{trainingRunId}": run,
  "GET /training-runs/{trainingRunId}/metrics": run,
  "POST /training-runs/{trainingRunId}/cancel": run,
  "POST /training-runs/{trainingRunId}/resume": run,
  "GET /projects/{projectId}/reward-models": project,
  "GET /reward-models/{rewardModelId}": model,
  "POST /reward-models/{rewardModelId}/promote": model,
  "GET /projects/{projectId}/evaluations": project,
  "GET /evaluations/{evaluationId}": { params: { evaluationId: "evaluationId" }, object: "project" },
  "POST /reward-models/{rewardModelId}/evaluations": { ...model, body: (ids) => ({ snapshotId: ids.snapshotId }) },
  "POST /reward-models/{rewardModelId}/score": {
    ...model,
    body: () => ({ items: [{ id: "1", prompt: [{ role: "user", content: "hi" }], response: "yo" }] }),
  },
  "GET /score-requests/{scoreRequestId}": { params: { scoreRequestId: "promptId" }, object: "project" },
  "GET /projects/{projectId}/rejection-sampling": project,
  "GET /rejection-sampling/{groupId}": { params: { groupId: "groupId" }, object: "project" },
  "GET /projects/{projectId}/ghost-attention": project,
  "GET /ghost-attention/{dialogueId}": { params: { dialogueId: "ghostId" }, object: "project" },
  "GET /jobs": open,
  "POST /projects/{projectId}/import": { ...project, query: { task: "=helpfulness", name: "=set" }, raw: "not json\n" },
  "GET /snapshots": { query: { projectId: "projectId" }, object: "project" },
  "POST /projects/{projectId}/snapshots": { ...project, body: () => ({ name: "now" }) },
  "GET /snapshots/{id}": { params: { id: "snapshotId" }, object: "project" },
  "GET /snapshots/{id}/export": { params: { id: "snapshotId" }, query: { format: "=jsonl" }, object: "project" },
  "GET /audit/verify": open,
  "GET /audit": { query: { projectId: "projectId" }, object: "project" },
};

const API = path.resolve(import.meta.dirname, "../../app/api/v1");
type Handler = (request: Request, segment: { params: Promise<Record<string, string>> }) => Promise<Response>;

let fixture: AuthorisationFixture;
let drop: () => Promise<void>;

beforeAll(async () => {
  const created = await createTestDatabase();
  drop = created.drop;
  process.env.DATABASE_URL = created.url;
  process.env.AUTH_SECRET = "matrix".repeat(8);
  fixture = await createAuthorisationFixture(created.url);
});

afterAll(async () => {
  const { database } = await import("@/lib/services/database");
  await database().pool.end();
  await fixture?.database.pool.end();
  await drop?.();
});

const lookUp = (value: string): string => (value.startsWith("=") ? value.slice(1) : (fixture.ids[value] ?? value));

async function call(endpoint: Endpoint, row: Row, headers: Record<string, string>): Promise<Response> {
  const file = path.join(API, endpoint.path.replaceAll(/\{(\w+)\}/g, "[$1]"), "route.ts");
  const module = (await import(file)) as Record<string, Handler>;
  const params = Object.fromEntries(Object.entries(row.params ?? {}).map(([name, key]) => [name, lookUp(key)]));
  const query = new URLSearchParams(Object.entries(row.query ?? {}).map(([name, key]) => [name, lookUp(key)]));
  const url = `http://localhost:3000/api/v1${endpoint.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "missing")}?${query}`;
  const body = row.raw ?? (row.body ? JSON.stringify(row.body(fixture.ids)) : undefined);
  const request = new Request(url, {
    method: endpoint.method,
    headers: { host: "localhost:3000", ...row.headers, ...headers },
    body,
  });
  const response = await module[endpoint.method]!(request, { params: Promise.resolve(params) });
  if (response.headers.get("content-type") === "text/event-stream") await response.body?.cancel();
  return response;
}

const asSession = (person: Person) => ({ cookie: person.cookie, origin: "http://localhost:3000" });

describe.each(allEndpoints().map(({ endpoint }) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
  "%s",
  (name, endpoint) => {
    const { access } = endpoint;
    if (access.public) {
      test("is public on purpose", () => expect(name).toBe("GET /openapi.json"));
      return;
    }
    const row = ROWS[name];
    test("has a row in the matrix", () => expect(row, `add "${name}" to ROWS`).toBeDefined());
    if (!row) return;

    test("answers nobody without a session or token", async () => {
      expect((await call(endpoint, row, {})).status).toBe(401);
      expect((await call(endpoint, row, { authorization: "Bearer pw_nonsense" })).status).toBe(401);
      expect(
        (await call(endpoint, row, { cookie: "next-auth.session-token=nonsense", origin: "http://localhost:3000" }))
          .status,
      ).toBe(401);
    });

    test("refuses roles below the needed one", async () => {
      for (const role of ROLES.slice(0, ROLES.indexOf(access.role)))
        expect((await call(endpoint, row, asSession(fixture.members[role]))).status, role).toBe(403);
    });

    test("refuses a token without the scope", async () => {
      const token = await fixture.members.admin.tokenWithout(access.scope);
      expect((await call(endpoint, row, { authorization: `Bearer ${token}` })).status).toBe(403);
    });

    test.runIf(endpoint.method !== "GET")("refuses a cookie from another site", async () => {
      for (const origin of ["https://evil.test", "null"])
        expect((await call(endpoint, row, { cookie: fixture.members.admin.cookie, origin })).status, origin).toBe(403);
      expect((await call(endpoint, row, { cookie: fixture.members.admin.cookie })).status, "no Origin").toBe(403);
    });

    test.runIf(row.object !== "open")("hides another project's object", async () => {
      const roles: Role[] =
        row.object === "own" ? [...ROLES] : ROLES.slice(ROLES.indexOf(access.role)).filter((role) => role !== "admin");
      for (const role of roles)
        expect((await call(endpoint, row, asSession(fixture.strangers[role]))).status, role).toBe(404);
    });

    test.runIf(row.object === "own")("hides a colleague's work", async () => {
      for (const person of [fixture.members.colleague, fixture.members.lead])
        expect((await call(endpoint, row, asSession(person))).status).toBe(404);
    });
  },
);

describe("and in general", () => {
  test("no row is left over", () => {
    const names = new Set(allEndpoints().map(({ endpoint }) => `${endpoint.method} ${endpoint.path}`));
    expect(Object.keys(ROWS).filter((name) => !names.has(name))).toEqual([]);
  });

  test("what is private is never cached, and errors are problem+json", async () => {
    const { endpoint } = allEndpoints().find(({ endpoint }) => endpoint.path === "/me" && endpoint.method === "GET")!;
    const good = await call(endpoint, open, asSession(fixture.members.annotator));
    expect([good.status, good.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const bad = await call(endpoint, open, {});
    expect([bad.headers.get("content-type"), bad.headers.get("cache-control")]).toEqual([
      "application/problem+json",
      "no-store",
    ]);
  });

  test("the allowed role gets through", async () => {
    for (const { endpoint } of allEndpoints()) {
      const row = ROWS[`${endpoint.method} ${endpoint.path}`];
      if (
        !row ||
        endpoint.access.public ||
        endpoint.method !== "GET" ||
        row.object === "own" ||
        endpoint.path.startsWith("/score-requests")
      )
        continue;
      const status = (await call(endpoint, row, asSession(fixture.members[endpoint.access.role]))).status;
      expect([401, 403, 500].includes(status), `${endpoint.path}: ${status}`).toBe(false);
    }
  });

  test("a disabled account is out at once, in sessions and tokens", async () => {
    const token = await fixture.members.colleague.tokenWithout("admin");
    const admin = asSession(fixture.members.admin);
    const disable = allEndpoints().find(({ endpoint }) => endpoint.path === "/users/{id}")!.endpoint;
    const me = allEndpoints().find(({ endpoint }) => endpoint.path === "/me" && endpoint.method === "GET")!.endpoint;
    expect((await call(me, open, { authorization: `Bearer ${token}` })).status).toBe(200);
    expect(
      (await call(disable, { ...ROWS["PATCH /users/{id}"]!, body: () => ({ disabled: true }) }, admin)).status,
    ).toBe(200);
    expect((await call(me, open, { authorization: `Bearer ${token}` })).status).toBe(401);
    expect((await call(me, open, asSession(fixture.members.colleague))).status).toBe(401);
  });
});
