/** Identifiers that rise with time (UUID version 7), so that the indexes of a large import grow at one end and stay in memory. */
import { randomUUID } from "node:crypto";

let milliseconds = 0;
let count = 0;
/** The 12 bits after the version: so many ids of one millisecond stay in order; then the next millisecond is taken early. */
const PER_MILLISECOND = 4096;

/** RFC 9562 section 6.2, method 1: 48 bits of Unix time, a counter, 62 random bits. Strictly rising within a process. */
export function risingId(now = Date.now()): string {
  if (now > milliseconds) {
    milliseconds = now;
    count = 0;
  } else if (++count === PER_MILLISECOND) {
    milliseconds += 1;
    count = 0;
  }
  const time = milliseconds.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count.toString(16).padStart(3, "0")}-${randomUUID().slice(19)}`;
}
