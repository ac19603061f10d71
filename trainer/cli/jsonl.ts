/** Reads JSON Lines for commands, naming file and line of anything wrong. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { z } from "zod";
import { describeIssues, SnapshotFormatError } from "../format/snapshot";

/** `-` reads standard input. Errors: SnapshotFormatError. */
export async function readJsonLines<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  if (file !== "-" && !(await stat(file).catch(() => null))?.isFile())
    throw new SnapshotFormatError(file, null, "no such file");
  const input = file === "-" ? process.stdin : createReadStream(file, "utf8");
  const name = file === "-" ? "standard input" : file;
  const rows: T[] = [];
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (line.trim() === "") continue;
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch (cause) {
      throw new SnapshotFormatError(name, number, `not JSON: ${(cause as Error).message}`);
    }
    const parsed = schema.safeParse(json);
    if (!parsed.success) throw new SnapshotFormatError(name, number, describeIssues(parsed.error));
    rows.push(parsed.data);
  }
  return rows;
}
