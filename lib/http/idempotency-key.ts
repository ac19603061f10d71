/** The Idempotency-Key header of a submission. */
import { comparisonHeadersSchema } from "@/lib/contracts/comparisons";
import { parseInput } from "./problem";
import type { Incoming } from "./route";

export function idempotencyKey(request: Incoming): string {
  const headers = { "idempotency-key": request.headers.get("idempotency-key") ?? undefined };
  return parseInput(comparisonHeadersSchema, headers, "header")["idempotency-key"];
}
