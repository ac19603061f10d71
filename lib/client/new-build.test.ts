import { describe, expect, it, vi } from "vitest";
import { isLostScript, onLostBuild, reportLostBuild, watchLostScripts } from "./new-build";
import { definePart } from "./part";

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
const LOST = [
  named("ChunkLoadError", "Failed to load chunk /_next/static/chunks/1a2b.js from module 42"),
  new Error("Loading chunk 12 failed."),
  new TypeError("Failed to fetch dynamically imported module: https://x/_next/static/chunks/1.js"),
  new TypeError("error loading dynamically imported module: https://x/1.js"),
  new TypeError("Importing a module script failed."),
];

describe("a tab of an older build", () => {
  it("is known by scripts that are gone, and by nothing else", () => {
    expect(LOST.filter((error) => !isLostScript(error))).toEqual([]);
    expect(
      [new TypeError("Failed to fetch"), new Error("x is undefined"), "ChunkLoadError", null].filter(isLostScript),
    ).toEqual([]);
  });

  it("tells the page, also about errors that nobody caught", () => {
    const told = vi.fn();
    const stop = onLostBuild(told);
    const source = new EventTarget();
    const unwatch = watchLostScripts(source);
    source.dispatchEvent(Object.assign(new Event("unhandledrejection"), { reason: LOST[0] }));
    source.dispatchEvent(Object.assign(new Event("error"), { error: LOST[1] }));
    source.dispatchEvent(Object.assign(new Event("error"), { error: new Error("ordinary") }));
    expect(told).toHaveBeenCalledTimes(2);
    unwatch();
    source.dispatchEvent(Object.assign(new Event("error"), { error: LOST[1] }));
    stop();
    reportLostBuild(LOST[0]);
    expect(told).toHaveBeenCalledTimes(2);
  });

  it("goes on without the part, and gets it when the script is there again", async () => {
    const told = vi.fn();
    const stop = onLostBuild(told);
    const fetchPart = vi.fn<() => Promise<string>>().mockRejectedValueOnce(LOST[0]).mockResolvedValueOnce("part");
    const part = definePart(fetchPart);
    expect(await part.load()).toBeNull();
    expect(told).toHaveBeenCalledTimes(1);
    expect(await part.load()).toBe("part");
    expect([part.value, await part.load(), fetchPart.mock.calls.length]).toEqual(["part", "part", 2]);
    stop();
  });
});
