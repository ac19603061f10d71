/** Notices when somebody has worked on without a pause. Time away resets it; nothing here stops the work. */

const MINUTE_MS = 60_000;
/** So long without a key, a click or a scroll is a pause. */
export const IDLE_MINUTES = 5;
const STORAGE_KEY = "pairwright:work-span";

interface Span {
  /** Epoch milliseconds of the first and the newest sign of work. */
  since: number;
  last: number;
}

export interface BreakClockOptions {
  breakAfterMinutes: number;
  /** Minutes worked when a break is due; null when it is not, or no longer. */
  onChange: (minutes: number | null) => void;
  /** Keeps the span over a reload. Absent = from now on. */
  storage?: Pick<Storage, "getItem" | "setItem"> | undefined;
}

export interface BreakClock {
  /** A sign of work. */
  touch(): void;
  /** The person has read it: the next one comes after the same time again. */
  dismiss(): void;
  stop(): void;
}

function restore(storage: BreakClockOptions["storage"], now: number): Span {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(STORAGE_KEY) ?? "null");
    const { since, last } = (stored ?? {}) as Partial<Span>;
    if (typeof since === "number" && typeof last === "number" && since <= last && last <= now) return { since, last };
  } catch {
    // Storage that is refused or garbled only means that the span begins now.
  }
  return { since: now, last: now };
}

function keep(storage: BreakClockOptions["storage"], span: Span): void {
  try {
    storage?.setItem(STORAGE_KEY, JSON.stringify(span));
  } catch {
    // Private browsing may refuse storage; then a reload begins anew.
  }
}

export function startBreakClock({ breakAfterMinutes, onChange, storage }: BreakClockOptions): BreakClock {
  let span = restore(storage, Date.now());
  let told: number | null = null;
  const tell = (minutes: number | null) => {
    if (minutes === told) return;
    told = minutes;
    onChange(minutes);
  };
  const look = () => {
    const now = Date.now();
    const isAway = now - span.last >= IDLE_MINUTES * MINUTE_MS;
    const minutes = Math.floor((now - span.since) / MINUTE_MS);
    tell(!isAway && minutes >= breakAfterMinutes ? minutes : null);
  };
  const timer = setInterval(look, MINUTE_MS / 2);
  look();
  return {
    touch() {
      const now = Date.now();
      span = { since: now - span.last >= IDLE_MINUTES * MINUTE_MS ? now : span.since, last: now };
      keep(storage, span);
      look();
    },
    dismiss() {
      span = { since: Date.now(), last: Date.now() };
      keep(storage, span);
      look();
    },
    stop: () => clearInterval(timer),
  };
}
