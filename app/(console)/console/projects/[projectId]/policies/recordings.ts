/** Recordings for a replay policy: one `{"prompt": …, "responses": […]}` a line. */
import { type ReplayConfig, recordingSchema } from "@/lib/domain/policy";

/** Errors name the line, counted from 1. */
export function parseRecordings(text: string): ReplayConfig["recordings"] {
  const recordings = text
    .split("\n")
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== "")
    .map(({ line, number }) => parseLine(line, number));
  if (recordings.length === 0) throw new Error("The file holds no recordings.");
  return recordings;
}

function parseLine(line: string, number: number): ReplayConfig["recordings"][number] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`Line ${number}: not JSON.`);
  }
  const parsed = recordingSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new Error(`Line ${number}: ${[issue.path.join("."), issue.message].filter(Boolean).join(": ")}`);
}
