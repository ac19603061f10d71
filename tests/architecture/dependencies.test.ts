import { describe, expect, it } from "vitest";
import { read } from "./source";

interface Lock {
  packages: Record<
    string,
    { version?: string; resolved?: string; link?: boolean; integrity?: string; inBundle?: boolean }
  >;
}
interface Advisories {
  floors: { package: string; floor: string; ids: string[] }[];
}

const lock = JSON.parse(read("package-lock.json")) as Lock;
const { floors } = JSON.parse(read("advisories.json")) as Advisories;

/** Order of two versions by their three numbers; a pre-release comes before its release. */
function compareVersions(left: string, right: string): number {
  const parts = (version: string) => (version.split(/[-+]/)[0] as string).split(".").map(Number);
  const [a, b] = [parts(left), parts(right)];
  for (let place = 0; place < 3; place++) {
    const difference = (a[place] ?? 0) - (b[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return Number(!left.includes("-")) - Number(!right.includes("-"));
}

describe("the lock file", () => {
  it.each(floors)("has $package at $floor or later, every copy of it", ({ package: name, floor, ids }) => {
    expect(ids.length).toBeGreaterThan(0);
    const copies = Object.entries(lock.packages).filter(([place]) => place.endsWith(`node_modules/${name}`));
    expect(copies.length).toBeGreaterThan(0);
    for (const [place, { version }] of copies)
      expect(compareVersions(String(version), floor), `${place} is ${version}`).toBeGreaterThanOrEqual(0);
  });

  it("holds no address of a registry", () => {
    const addressed = Object.entries(lock.packages).filter(
      ([, entry]) => entry.resolved !== undefined && !entry.link && /^[a-z+]+:/.test(entry.resolved),
    );
    expect(addressed.map(([place]) => place)).toEqual([]);
  });

  it("has a checksum for every package", () => {
    const bare = Object.entries(lock.packages).filter(
      ([place, entry]) => place.startsWith("node_modules/") && !entry.link && !entry.inBundle && !entry.integrity,
    );
    expect(bare.map(([place]) => place)).toEqual([]);
  });

  it("compares versions by number, a pre-release below its release", () => {
    expect(compareVersions("16.10.0", "16.3.8")).toBeGreaterThan(0);
    expect(compareVersions("16.3.8-canary.1", "16.3.8")).toBeLessThan(0);
    expect(compareVersions("4.24.15", "4.24.15")).toBe(0);
  });
});
