/** The one way a page talks to the API: typed by the same contract as the route, checked on arrival. */
import type { z } from "zod";
import type { Endpoint } from "@/lib/contracts/endpoint";
import { parseLeniently } from "./lenient";
import { ProblemError, problemOf } from "./problem";
import { noteSignedOut } from "./signed-out";

type In<S> = S extends z.ZodType ? z.input<S> : never;
type Out<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface CallInput<P, Q, B> {
  params?: P;
  query?: Q;
  body?: B;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Lets the browser finish the request while the page closes (at most 64 KiB). */
  keepalive?: boolean;
}

/** Fills "{name}" from `params` and appends `query`; below /api/v1. */
export function pathOf(
  path: string,
  params: Record<string, unknown> = {},
  query: Record<string, unknown> = {},
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") search.set(key, String(value));
  }
  return `/api/v1${filled}${search.size > 0 ? `?${search}` : ""}`;
}

/** Sends a request; `null` for 204. Throws ProblemError for anything else that is not a success. */
export async function call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  endpoint: Endpoint<P, Q, B, R>,
  input: CallInput<In<P>, In<Q>, In<B>> = {},
): Promise<Out<R> | null> {
  const url = pathOf(endpoint.path, input.params as Record<string, unknown>, input.query as Record<string, unknown>);
  const hasBody = input.body !== undefined;
  const response = await fetch(url, {
    method: endpoint.method,
    headers: { ...(hasBody ? { "content-type": "application/json" } : {}), ...input.headers },
    body: hasBody ? JSON.stringify(input.body) : undefined,
    signal: input.signal,
    keepalive: input.keepalive,
    credentials: "same-origin",
    cache: "no-store",
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ProblemError("offline", "No answer from the server.", 0);
  });
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.code === "unauthenticated") noteSignedOut();
    throw problem;
  }
  if (response.status === 204 || !endpoint.response) return null;
  const parsed = parseLeniently(endpoint.response, await response.json());
  if (!parsed.success)
    throw new ProblemError(
      "unreadable",
      `The answer of ${endpoint.method} ${endpoint.path} has an unknown shape.`,
      200,
    );
  return parsed.data as Out<R>;
}

/** For endpoints that always answer with a body. */
export async function callFor<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  endpoint: Endpoint<P, Q, B, R>,
  input: CallInput<In<P>, In<Q>, In<B>> = {},
): Promise<Out<R>> {
  const answer = await call(endpoint, input);
  if (answer === null) throw new ProblemError("unreadable", `${endpoint.method} ${endpoint.path} gave no answer.`, 204);
  return answer;
}
