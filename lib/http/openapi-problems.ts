/** Error answers of the API description: one component per status, with an example per code (RFC 9457). */
import { ERROR_CODES, type ErrorCode } from "@/lib/errors";
import type { Json } from "./openapi-examples";
import { statusOf } from "./problem";

const REQUEST_ID = "5b0f3c1e-8a44-4a53-9a3e-0d6b5c7e1f20";

/** What the code says in a typical case, and what comes with it. */
const CASES: Record<ErrorCode, Json> = {
  invalid: {
    detail: "body.name: Too small: expected string to have >=1 characters",
    problems: [{ path: "body.name", message: "Too small: expected string to have >=1 characters" }],
  },
  unauthenticated: { detail: "The bearer token is unknown, expired or revoked." },
  forbidden: { detail: "This needs the role lead or higher." },
  not_found: { detail: "Project not found" },
  conflict: { detail: "The campaign is closed." },
  lease_expired: { detail: ERROR_CODES.lease_expired },
  idempotency_mismatch: { detail: ERROR_CODES.idempotency_mismatch },
  too_many_requests: { detail: "Try again in 30 seconds.", retryAfterSeconds: 30 },
  too_large: { detail: "The body is over 1048576 bytes." },
  unavailable: {
    detail: "The database does not answer at the moment. Nothing was saved; try again.",
    retryAfterSeconds: 2,
  },
};

function exampleOf(code: ErrorCode): Json {
  const type = `urn:pairwright:problem:${code}`;
  const value = { type, title: ERROR_CODES[code], status: statusOf(code), code, ...CASES[code], requestId: REQUEST_ID };
  return { [code]: { summary: ERROR_CODES[code], value } };
}

/** Component name by status. */
const NAMES: Record<number, string> = {
  401: "Unauthenticated",
  403: "Forbidden",
  404: "NotFound",
  409: "Conflict",
  413: "TooLarge",
  422: "Invalid",
  429: "TooManyRequests",
  503: "Unavailable",
};
const CODES = Object.keys(ERROR_CODES) as ErrorCode[];
const headers = { "X-Request-Id": { $ref: "#/components/headers/RequestId" } };

function component(status: number): Json {
  const codes = CODES.filter((code) => statusOf(code) === status);
  const retry = codes.some((code) => "retryAfterSeconds" in CASES[code]);
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code]}`).join(". "),
    headers: { ...headers, ...(retry ? { "Retry-After": { $ref: "#/components/headers/RetryAfter" } } : {}) },
    content: {
      "application/problem+json": {
        schema: { $ref: "#/components/schemas/Problem" },
        examples: Object.assign({}, ...codes.map(exampleOf)),
      },
    },
  };
}

const internal: Json = {
  description: "`internal`: an error on our side; nothing of the request was saved",
  headers,
  content: {
    "application/problem+json": {
      schema: { $ref: "#/components/schemas/Problem" },
      example: {
        type: "urn:pairwright:problem:internal",
        title: "Something went wrong on our side",
        status: 500,
        code: "internal",
        detail: "The error is in the server's log under this request id. Nothing of the request was saved.",
        requestId: REQUEST_ID,
      },
    },
  },
};

export const problemComponents = (): Json => ({
  ...Object.fromEntries(Object.entries(NAMES).map(([status, name]) => [name, component(Number(status))])),
  Internal: internal,
});

/** The `responses` entries for these statuses. */
export const problemResponses = (statuses: readonly number[]): Json =>
  Object.fromEntries(
    [...statuses, 500].map((status) => [status, { $ref: `#/components/responses/${NAMES[status] ?? "Internal"}` }]),
  );

export const problemSchema: Json = {
  type: "object",
  description: "Problem details (RFC 9457).",
  required: ["type", "title", "status", "code", "detail", "requestId"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { type: "string", enum: [...CODES, "internal"] },
    detail: { type: "string", description: "One sentence for people." },
    requestId: { type: "string", description: "As in the server's log." },
    problems: {
      type: "array",
      description: "Every bad field (`path`) or line of a file (`line`, from 1).",
      items: {
        type: "object",
        properties: { path: { type: "string" }, line: { type: "integer" }, message: { type: "string" } },
        required: ["message"],
      },
    },
  },
};
