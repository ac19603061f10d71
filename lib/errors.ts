/** The one error family of the product. It knows no HTTP; lib/http maps codes to statuses (RFC 9457). */
export const ERROR_CODES = {
  invalid: "The input is not valid",
  unauthenticated: "Sign in first",
  forbidden: "Not allowed",
  not_found: "Not found",
  conflict: "Conflicts with the present state",
  lease_expired: "The lease ended and the item went to somebody else",
  idempotency_mismatch: "This Idempotency-Key was used with another body",
  too_many_requests: "Too many requests",
  too_large: "Too large",
  unavailable: "Temporarily unavailable",
} as const;
export type ErrorCode = keyof typeof ERROR_CODES;

/** One bad field or line of an input. `path` is a field path ("answers.0.text"), `line` a 1-based line of a file. */
export interface FieldProblem {
  path?: string;
  line?: number;
  message: string;
}

export class DomainError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string = ERROR_CODES[code],
    readonly problems: FieldProblem[] = [],
    /** Extra members for the client, e.g. `retryAfterSeconds`. Never secrets. */
    readonly extra: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = "DomainError";
  }
}

export const notFound = (what: string) => new DomainError("not_found", `${what} not found`);
