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
import { open, ROWS, type Row } from "./authorisation-rows";

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
    test("has a row in the matrix", () => expect(row, `add "${name}" to ROWS in authorisation-rows.ts`).toBeDefined());
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
