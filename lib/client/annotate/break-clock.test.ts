import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { IDLE_MINUTES, startBreakClock } from "./break-clock";

const MINUTE = 60_000;

/** Works for so many minutes: a sign of it each minute. */
function work(clock: { touch(): void }, minutes: number): void {
  for (let minute = 0; minute < minutes; minute += 1) {
    vi.advanceTimersByTime(MINUTE);
    clock.touch();
  }
}

function memory() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

describe("break clock", () => {
  beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 5, 9) }));
  afterEach(() => vi.useRealTimers());

  it("asks for a break after the time, and not before", () => {
    const onChange = vi.fn();
    const clock = startBreakClock({ breakAfterMinutes: 50, onChange });
    work(clock, 49);
    expect(onChange).not.toHaveBeenCalled();
    work(clock, 1);
    expect(onChange).toHaveBeenLastCalledWith(50);
    clock.stop();
  });

  it("begins anew after time away", () => {
    const onChange = vi.fn();
    const clock = startBreakClock({ breakAfterMinutes: 50, onChange });
    work(clock, 45);
    vi.advanceTimersByTime(IDLE_MINUTES * MINUTE);
    clock.touch();
    work(clock, 49);
    expect(onChange).not.toHaveBeenCalled();
    work(clock, 1);
    expect(onChange).toHaveBeenLastCalledWith(50);
    clock.stop();
  });

  it("takes the reminder back once the break is taken, without a key being pressed", () => {
    const onChange = vi.fn();
    const clock = startBreakClock({ breakAfterMinutes: 10, onChange });
    work(clock, 10);
    vi.advanceTimersByTime(IDLE_MINUTES * MINUTE);
    expect(onChange).toHaveBeenLastCalledWith(null);
    clock.stop();
  });

  it("is silent for the whole time again after it was dismissed", () => {
    const onChange = vi.fn();
    const clock = startBreakClock({ breakAfterMinutes: 10, onChange });
    work(clock, 12);
    clock.dismiss();
    expect(onChange).toHaveBeenLastCalledWith(null);
    onChange.mockClear();
    work(clock, 9);
    expect(onChange).not.toHaveBeenCalled();
    work(clock, 1);
    expect(onChange).toHaveBeenLastCalledWith(10);
    clock.stop();
  });

  it("goes on counting after a reload, but not after a night", () => {
    const storage = memory();
    const before = startBreakClock({ breakAfterMinutes: 30, onChange: vi.fn(), storage });
    work(before, 29);
    before.stop();
    const onChange = vi.fn();
    const after = startBreakClock({ breakAfterMinutes: 30, onChange, storage });
    work(after, 1);
    expect(onChange).toHaveBeenLastCalledWith(30);
    after.stop();
    vi.advanceTimersByTime(10 * 60 * MINUTE);
    onChange.mockClear();
    const nextDay = startBreakClock({ breakAfterMinutes: 30, onChange, storage });
    nextDay.touch();
    work(nextDay, 29);
    expect(onChange).not.toHaveBeenCalled();
    nextDay.stop();
  });

  it("works where storage holds rubbish or is refused", () => {
    const storage = {
      getItem: () => "{",
      setItem: () => {
        throw new Error("refused");
      },
    };
    const clock = startBreakClock({ breakAfterMinutes: 5, onChange: vi.fn(), storage });
    expect(() => clock.touch()).not.toThrow();
    clock.stop();
  });
});
