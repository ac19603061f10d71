/** Memory for results. Large blocks are kept and given out again: a training step needs the same sizes over and over. */
import type { ElementType } from "./model";
import type { HostArray } from "./runtime";

/** Smaller blocks are left to JavaScript's own memory management. */
const POOLED_BYTES_MIN = 1 << 16;
/** A block that was not needed for so many flushes is let go of. */
const IDLE_FLUSHES_MAX = 48;
const BYTES_PER_ELEMENT: Record<ElementType, number> = { float32: 4, int32: 4, int64: 8, bool: 1 };

function view(type: ElementType, buffer: ArrayBuffer): HostArray {
  if (type === "float32") return new Float32Array(buffer);
  if (type === "int32") return new Int32Array(buffer);
  if (type === "bool") return new Uint8Array(buffer);
  return new BigInt64Array(buffer);
}

export class BufferPool {
  private readonly idle = new Map<number, { buffer: ArrayBuffer; since: number }[]>();
  /** What was made here. Other blocks are not taken in, or there would be ever more of them. */
  private readonly own = new WeakSet<ArrayBufferLike>();
  private flushes = 0;

  /** Memory for `size` values; its content is anything. */
  take(type: ElementType, size: number): HostArray {
    const bytes = size * BYTES_PER_ELEMENT[type];
    const buffer = this.idle.get(bytes)?.pop()?.buffer ?? new ArrayBuffer(bytes);
    if (bytes >= POOLED_BYTES_MIN) this.own.add(buffer);
    return view(type, buffer);
  }

  /** Takes memory back that `take` gave. Nobody may use the array afterwards. */
  give(array: HostArray): void {
    const { buffer } = array;
    if (!(buffer instanceof ArrayBuffer) || !this.own.has(buffer)) return;
    const same = this.idle.get(buffer.byteLength) ?? [];
    same.push({ buffer, since: this.flushes });
    this.idle.set(buffer.byteLength, same);
  }

  /** Called once per flush: lets go of what was idle for long. */
  age(): void {
    this.flushes += 1;
    for (const [bytes, blocks] of this.idle) {
      const kept = blocks.filter(({ since }) => this.flushes - since <= IDLE_FLUSHES_MAX);
      if (kept.length === 0) this.idle.delete(bytes);
      else this.idle.set(bytes, kept);
    }
  }

  idleBytes(): number {
    let total = 0;
    for (const [bytes, blocks] of this.idle) total += bytes * blocks.length;
    return total;
  }
}
