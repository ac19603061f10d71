import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { afterPaint } from "./after-paint";

const frames: (() => void)[] = [];

describe("afterPaint", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("requestAnimationFrame", (callback: () => void) => frames.push(callback));
    vi.stubGlobal("cancelAnimationFrame", (id: number) => frames.splice(id - 1, 1, () => undefined));
  });
  afterEach(() => {
    frames.length = 0;
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("waits for the frame and its painting, and runs once", () => {
    const run = vi.fn();
    afterPaint(run);
    vi.advanceTimersByTime(10);
    expect(run).not.toHaveBeenCalled();
    frames[0]?.();
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(run).toHaveBeenCalledOnce();
  });

  it("runs without a frame where none is painted", () => {
    const run = vi.fn();
    afterPaint(run);
    vi.advanceTimersByTime(100);
    frames[0]?.();
    vi.advanceTimersByTime(1000);
    expect(run).toHaveBeenCalledOnce();
  });

  it("can be stopped before and after the frame", () => {
    const run = vi.fn();
    afterPaint(run)();
    const stop = afterPaint(run);
    for (const frame of [...frames]) frame();
    stop();
    vi.advanceTimersByTime(1000);
    expect(run).not.toHaveBeenCalled();
  });
});
