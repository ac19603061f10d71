/** What went wrong with a request, in words a person can act on. Mirrors problem+json (RFC 9457). */

interface FieldProblem {
  path?: string;
  line?: number;
  message: string;
}
interface Problem {
  code: string;
  detail: string;
  requestId?: string;
  problems: FieldProblem[];
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function fieldProblemOf(value: unknown): FieldProblem[] {
  const { path, line, message } = (value ?? {}) as Record<string, unknown>;
  if (typeof message !== "string") return [];
  return [{ path: textOf(path), line: typeof line === "number" ? line : undefined, message }];
}

/** By hand: this stands on every page, and a schema library for one shape would weigh more than all the rest of it. */
function parseProblem(value: unknown): Problem | undefined {
  const { code, detail, requestId, problems } = (value ?? {}) as Record<string, unknown>;
  if (typeof code !== "string" || typeof detail !== "string") return undefined;
  return {
    code,
    detail,
    requestId: textOf(requestId),
    problems: Array.isArray(problems) ? problems.flatMap(fieldProblemOf) : [],
  };
}

export class ProblemError extends Error {
  override name = "ProblemError";
  constructor(
    /** The server's error code ("lease_expired", ...), or "offline" | "unreadable" when no problem+json came back. */
    readonly code: string,
    message: string,
    /** 0 when there was no answer at all. */
    readonly status: number,
    readonly problems: FieldProblem[] = [],
    readonly requestId?: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }

  /** Worth trying again unchanged: no answer, overload, or the server is starting. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export async function problemOf(response: Response): Promise<ProblemError> {
  const problem = parseProblem(await response.json().catch(() => null));
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds : undefined;
  if (!problem) {
    const text = `HTTP ${response.status} ${response.statusText}`.trim();
    return new ProblemError("unreadable", text, response.status, [], undefined, retryAfter);
  }
  const { code, detail, problems, requestId } = problem;
  return new ProblemError(code, detail, response.status, problems, requestId, retryAfter);
}
