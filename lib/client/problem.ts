/** What went wrong with a request, in words a person can act on. Mirrors problem+json (RFC 9457). */
import { z } from "zod";

const problemSchema = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  requestId: z.string().optional(),
  problems: z
    .array(z.object({ path: z.string().optional(), line: z.number().optional(), message: z.string() }))
    .default([]),
});

export class ProblemError extends Error {
  override name = "ProblemError";
  constructor(
    /** The server's error code ("lease_expired", ...), or "offline" | "unreadable" when no problem+json came back. */
    readonly code: string,
    message: string,
    /** 0 when there was no answer at all. */
    readonly status: number,
    readonly problems: { path?: string; line?: number; message: string }[] = [],
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
  const parsed = problemSchema.safeParse(await response.json().catch(() => null));
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds : undefined;
  if (!parsed.success) {
    const text = `HTTP ${response.status} ${response.statusText}`.trim();
    return new ProblemError("unreadable", text, response.status, [], undefined, retryAfter);
  }
  const { code, detail, problems, requestId } = parsed.data;
  return new ProblemError(code, detail, response.status, problems, requestId, retryAfter);
}
