/** What a chaos run does; every choice follows from the seed. */
export interface ChaosOptions {
  seed: number;
  annotators: number;
  /** Items of overlap 1 and of overlap 3. */
  itemsOfOne: number;
  itemsOfThree: number;
  /** How often each of web, worker and Postgres is killed. */
  killsEach: number;
  /** Gives up after this long, seconds. */
  secondsMax: number;
  leaseSecondsMax: number;
}

export function parseOptions(args: string[]): ChaosOptions {
  const number = (name: string, otherwise: number) => {
    const at = args.indexOf(`--${name}`);
    if (at < 0) return otherwise;
    const value = Number(args[at + 1]);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name}: needs a whole number from 1 on`);
    return value;
  };
  const short = args.includes("--short");
  return {
    seed: number("seed", Date.now() % 2 ** 31),
    annotators: number("annotators", short ? 20 : 200),
    itemsOfOne: number("items", short ? 150 : 1200),
    itemsOfThree: number("items-of-three", short ? 50 : 400),
    killsEach: number("kills", short ? 1 : 10),
    secondsMax: number("seconds", short ? 80 : 1200),
    leaseSecondsMax: number("lease-seconds", short ? 4 : 8),
  };
}

/** Mulberry32: small, seeded, good enough to choose what to break. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
