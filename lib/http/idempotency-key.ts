/** The Idempotency-Key header of a submission. */
import { comparisonHeadersSchema } from "@/lib/contracts/comparisons";
import { parseInput } from "./problem";

export function idempotencyKey(request: Request): string {
  const headers = { "idempotency-key": request.headers.get("idempotency-key") ?? undefined };
  return parseInput(comparisonHeadersSchema, headers, "header")["idempotency-key"];
}
