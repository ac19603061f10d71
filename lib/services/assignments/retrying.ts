/** Runs single-statement work again while the database restarts. Each statement is its own transaction. */
import { isRetryable } from "@/db/client";
import { DomainError } from "@/lib/errors";

const ATTEMPTS_MAX = 5;

/** `work` must be safe to run again when its first run has committed but the answer was lost. */
export async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isRetryable(error)) throw error;
      if (attempt >= ATTEMPTS_MAX)
        throw new DomainError("unavailable", "The database does not answer right now. Try again in a moment.", [], {
          retryAfterSeconds: 1,
        });
      await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** attempt * (0.5 + Math.random())));
    }
  }
}
