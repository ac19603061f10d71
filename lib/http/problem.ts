/** DomainError -> RFC 9457 problem+json. The only place that knows both. */
import type { z } from "zod";
import { DomainError, ERROR_CODES, type ErrorCode, type FieldProblem } from "@/lib/errors";
import type { Answer } from "./answer";

const STATUS: Record<ErrorCode, number> = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  lease_expired: 409,
  idempotency_mismatch: 422,
  too_many_requests: 429,
  too_large: 413,
  unavailable: 503,
};

export const statusOf = (code: ErrorCode): number => STATUS[code];

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode | "internal";
  detail: string;
  requestId: string;
  problems?: FieldProblem[];
}

export function problemAnswer(error: DomainError, requestId: string): Answer {
  const status = STATUS[error.code];
  const body: Problem = {
    ...error.extra,
    type: `urn:pairwright:problem:${error.code}`,
    title: ERROR_CODES[error.code],
    status,
    code: error.code,
    detail: error.message,
    requestId,
    ...(error.problems.length > 0 ? { problems: error.problems } : {}),
  };
  return { status, headers: problemHeaders(requestId, error), body: JSON.stringify(body) };
}

export function internalProblem(requestId: string): Answer {
  const body: Problem = {
    type: "urn:pairwright:problem:internal",
    title: "Something went wrong on our side",
    status: 500,
    code: "internal",
    detail: "The error is in the server's log under this request id. Nothing of the request was saved.",
    requestId,
  };
  return { status: 500, headers: problemHeaders(requestId), body: JSON.stringify(body) };
}

function problemHeaders(requestId: string, error?: DomainError): Record<string, string> {
  const headers: Record<string, string> = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-request-id": requestId,
  };
  const retryAfter = error?.extra.retryAfterSeconds;
  if (typeof retryAfter === "number") headers["retry-after"] = String(Math.ceil(retryAfter));
  return headers;
}

/** Parses with zod; a failure names every bad field. `where` prefixes the path: "body", "query". */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown, where: string): z.infer<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => ({
    path: [where, ...issue.path].join("."),
    message: issue.message,
  }));
  throw new DomainError(
    "invalid",
    problems.map((problem) => `${problem.path}: ${problem.message}`).join("; "),
    problems,
  );
}
