/** Reads an answer of a newer server: fields that this build does not know are left out instead of refused. */
import type { z } from "zod";

/** As `schema.safeParse`, after dropping unknown fields of strict objects; anything else that is wrong stays wrong. */
export function parseLeniently<S extends z.ZodType>(schema: S, value: unknown): z.ZodSafeParseResult<z.output<S>> {
  const first = schema.safeParse(value);
  if (first.success) return first;
  const copy = structuredClone(value);
  // Below a dropped field nothing is left to complain about, so each pass gets further; nesting bounds their number.
  for (let pass = 0; pass < 20; pass += 1) {
    const result = schema.safeParse(copy);
    if (result.success || !dropUnknown(copy, result.error.issues)) return result;
  }
  return first;
}

/** False when something other than unknown fields is wrong. */
function dropUnknown(value: unknown, issues: z.core.$ZodIssue[]): boolean {
  for (const issue of issues) {
    if (issue.code !== "unrecognized_keys") return false;
    let target = value as Record<PropertyKey, unknown>;
    for (const step of issue.path) target = target[step] as Record<PropertyKey, unknown>;
    for (const key of issue.keys) delete target[key];
  }
  return true;
}
