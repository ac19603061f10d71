/** What a client is told when a request cannot be answered, in vLLM's (and OpenAI's) shape. */
import type { z } from "zod";

const TYPES: Record<number, string> = {
  400: "BadRequestError",
  401: "AuthenticationError",
  404: "NotFoundError",
  405: "MethodNotAllowedError",
  413: "RequestTooLargeError",
  415: "UnsupportedMediaTypeError",
  429: "TooManyRequestsError",
  500: "InternalServerError",
  503: "ServiceUnavailableError",
};

export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** The field of the body that is wrong, where one is. */
    readonly param: string | null = null,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
    this.name = "HttpError";
  }

  body(): unknown {
    const { message, param, status } = this;
    return { error: { message, type: TYPES[status] ?? "Error", param, code: status } };
  }
}

/** Of a union, the branch that got furthest: naming a field beats "Invalid input". */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors.flatMap((branch) =>
    branch.map((one) => deepest({ ...one, path: [...issue.path, ...one.path] })),
  );
  return inner.reduce((best, one) => (one.path.length > best.path.length ? one : best), {
    ...issue,
    message: inner.map((one) => one.message).join(" or ") || issue.message,
  } as z.core.$ZodIssue);
}

export function badFields(error: z.ZodError): HttpError {
  const issues = error.issues.map(deepest);
  const field = issues[0]?.path.join(".") ?? "";
  const text = issues.map(({ path, message }) => `${path.join(".") || "(body)"}: ${message}`).join("; ");
  return new HttpError(400, text, field === "" ? null : field);
}
