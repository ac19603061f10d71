/** The one wrapper around every API route: who, may they, what do they send, what comes back. Routes hold nothing else. */
import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { sessionCookieName } from "@/lib/auth/cookies";
import { userOfSession, userOfToken } from "@/lib/auth/sessions";
import type { Access, Endpoint } from "@/lib/contracts/endpoint";
import { hasRole, hasScope } from "@/lib/domain/roles";
import { env } from "@/lib/env";
import { DomainError } from "@/lib/errors";
import { log } from "@/lib/log";
import type { Actor, ServiceContext } from "@/lib/services/context";
import { database, isDatabaseAway } from "@/lib/services/database";
import { type Answer, toResponse } from "./answer";
import type { DirectRoute } from "./direct";
import { internalProblem, parseInput, problemAnswer } from "./problem";

const BODY_BYTES_MAX = 1024 * 1024;

/** What every route reads of a request. */
export interface Incoming {
  method: string;
  url: string;
  headers: Pick<Headers, "get">;
  body: AsyncIterable<Uint8Array> | null;
}

export interface RouteInput<P, Q, B, I extends Incoming = Request> {
  context: ServiceContext;
  params: P;
  query: Q;
  body: B;
  request: I;
}

type Infer<S> = S extends z.ZodType ? z.infer<S> : undefined;
type Schema = z.ZodType;
type Params = Promise<Record<string, string | string[]>>;
type NextHandler = (request: Request, segment: { params: Params }) => Promise<Response>;
type Handle<P, Q, B, R extends Schema, I extends Incoming> = (
  input: RouteInput<Infer<P>, Infer<Q>, Infer<B>, I>,
) => Promise<z.input<R> | Response | undefined | null>;

export function route<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  endpoint: Endpoint<P, Q, B, R>,
  handle: Handle<P, Q, B, R, Request>,
): NextHandler {
  const answer = answering(endpoint, handle);
  return async (request, { params }) => {
    const given = await answer(request, await params);
    return given instanceof Response ? given : toResponse(given);
  };
}

/** A route without a query that lib/http/direct.ts may answer without Next's detour. */
export function directRoute<P extends Schema, B extends Schema, R extends Schema>(
  endpoint: Endpoint<P, Schema, B, R>,
  handle: (
    input: Omit<RouteInput<Infer<P>, never, Infer<B>, Incoming>, "query">,
  ) => Promise<z.input<R> | undefined | null>,
): NextHandler & { direct: DirectRoute } {
  const answer = answering<P, Schema, B, R, Incoming>(endpoint, handle);
  const answerPlainly = async (request: Incoming, params: Awaited<Params>) => {
    const given = await answer(request, params);
    if (given instanceof Response) throw new TypeError(`${endpoint.path} answered with a Response`);
    return given;
  };
  const byNext: NextHandler = async (request, { params }) => toResponse(await answerPlainly(request, await params));
  return Object.assign(byNext, {
    direct: { request: `${endpoint.method} /api/v1${endpoint.path}`, answer: answerPlainly },
  });
}

function answering<P extends Schema, Q extends Schema, B extends Schema, R extends Schema, I extends Incoming>(
  endpoint: Endpoint<P, Q, B, R>,
  handle: Handle<P, Q, B, R, I>,
): (request: I, params: Awaited<Params>) => Promise<Answer | Response> {
  return async (request, segment) => {
    const requestId = request.headers.get("x-request-id")?.match(/^[\w-]{8,64}$/)?.[0] ?? randomUUID();
    try {
      const context = { db: database().db, actor: await authenticate(request) };
      authorise(endpoint.access, context.actor);
      const params = endpoint.params ? parseParams(endpoint.params, segment) : undefined;
      const query = endpoint.query
        ? parseInput(endpoint.query, Object.fromEntries(new URL(request.url).searchParams), "query")
        : undefined;
      const body = endpoint.body ? parseInput(endpoint.body, await readJson(request), "body") : undefined;
      const input = { context, params, query, body, request } as RouteInput<Infer<P>, Infer<Q>, Infer<B>, I>;
      return finish(await handle(input), endpoint, requestId);
    } catch (error) {
      if (error instanceof DomainError) return problemAnswer(error, requestId);
      if (isDatabaseAway(error)) return problemAnswer(databaseAway(), requestId);
      log("http").error({ err: error, requestId, method: endpoint.method, path: endpoint.path }, "request failed");
      return internalProblem(requestId);
    }
  };
}

const databaseAway = () =>
  new DomainError("unavailable", "The database does not answer at the moment. Nothing was saved; try again.", [], {
    retryAfterSeconds: 2,
  });

function finish(result: unknown, endpoint: Endpoint, requestId: string): Answer | Response {
  const own = { "cache-control": "no-store", "x-request-id": requestId };
  if (result === undefined || result === null) return { status: 204, headers: own, body: null };
  if (!(result instanceof Response)) {
    const headers = { "content-type": "application/json", ...own };
    return { status: endpoint.status ?? 200, headers, body: JSON.stringify(result) };
  }
  if (!result.headers.has("cache-control")) result.headers.set("cache-control", "no-store");
  result.headers.set("x-request-id", requestId);
  return result;
}

/** A path parameter that does not parse names nothing: 404, as for an unknown id. */
function parseParams<S extends z.ZodType>(schema: S, input: unknown): z.infer<S> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw new DomainError("not_found");
  return parsed.data;
}

async function authenticate(request: Incoming): Promise<Actor> {
  const { db } = database();
  const bearer = request.headers.get("authorization");
  if (bearer !== null) {
    const user = await userOfToken(db, bearer.match(/^Bearer ([\w-]+)$/i)?.[1] ?? "");
    if (!user) throw new DomainError("unauthenticated", "The bearer token is unknown, expired or revoked.");
    return { kind: "user", id: user.id, role: user.role, scopes: user.scopes, locale: user.locale };
  }
  const token = readCookie(request, sessionCookieName());
  const user = token ? await userOfSession(db, token) : null;
  if (!user) return { kind: "anonymous" };
  if (!["GET", "HEAD"].includes(request.method)) requireSameOrigin(request);
  return { kind: "user", id: user.id, role: user.role, scopes: null, locale: user.locale };
}

function authorise(access: Access, actor: Actor): void {
  if (access.public) return;
  if (actor.kind !== "user") throw new DomainError("unauthenticated");
  if (!hasScope(actor.scopes, access.scope))
    throw new DomainError("forbidden", `This token lacks the scope "${access.scope}".`);
  if (!hasRole(actor.role, access.role))
    throw new DomainError("forbidden", `This needs the role ${access.role} or higher.`);
}

/** Cookies travel by themselves, so a mutation must come from our own pages (CSRF). Bearer tokens do not need this. */
function requireSameOrigin(request: Incoming): void {
  const origin = request.headers.get("origin");
  const host = request.headers.get("host");
  const allowed = [new URL(env().publicUrl).origin, `http://${host}`, `https://${host}`];
  if (origin === null ? request.headers.get("sec-fetch-site") !== "same-origin" : !allowed.includes(origin))
    throw new DomainError("forbidden", "The request does not come from this site (Origin check).");
}

function readCookie(request: Incoming, name: string): string | undefined {
  for (const part of (request.headers.get("cookie") ?? "").split(";")) {
    const [key, ...value] = part.trim().split("=");
    if (key === name) return decodeURIComponent(value.join("="));
  }
  return undefined;
}

async function readJson(request: Incoming): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new DomainError("too_large", `The body is over ${BODY_BYTES_MAX} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    throw new DomainError("invalid", `The body is not JSON: ${(error as Error).message}`, [
      { path: "body", message: "not JSON" },
    ]);
  }
}
