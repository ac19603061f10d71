/** Identifiers that rise with time (UUID version 7), so that the indexes of a large import grow at one end and stay in memory. */
import { randomUUID } from "node:crypto";

/** The 12 bits after the version count the ids of one millisecond; when they are used up, the next millisecond is taken early. */
const COUNTS = Array.from({ length: 4096 }, (_, count) => count.toString(16).padStart(3, "0"));

let milliseconds = 0;
let count = 0;
/** What all ids of one millisecond have around their count: the time before it, 62 random bits after it. */
let start = "";
let end = "";

function begin(time: number): void {
  milliseconds = time;
  count = 0;
  const hex = time.toString(16).padStart(12, "0");
  start = `${hex.slice(0, 8)}-${hex.slice(8)}-7`;
  end = randomUUID().slice(18);
}

/** RFC 9562 section 6.2, method 1. Strictly rising within a process; nobody may rely on not guessing one. */
export function risingId(now = Date.now()): string {
  if (now > milliseconds) begin(now);
  else if (count === COUNTS.length) begin(milliseconds + 1);
  const id = `${start}${COUNTS[count]}${end}`;
  count += 1;
  return id;
}
