/** Which safety answers a task asks for (paper section 3.2.1: one more label per pair, in the safety task only). */
import type { ComparisonSafety } from "./preference";

/** What is wrong with the answer, or null. */
export function safetyProblem(task: "helpfulness" | "safety", safety: ComparisonSafety | undefined): string | null {
  if (task === "safety" && safety === undefined) return "is required for the safety task";
  if (task === "helpfulness" && safety !== undefined) return "belongs to the safety task only";
  return null;
}
