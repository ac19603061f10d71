import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const here = path.dirname(fileURLToPath(import.meta.url));

const moduleFile = (target: string): string =>
  existsSync(`${target}.ts`) ? `${target}.ts` : path.join(target, "index.ts");

/** Packages that a module and everything it imports (types aside) load. */
function packagesOf(file: string, seen = new Set<string>(), packages = new Set<string>()): Set<string> {
  if (seen.has(file)) return packages;
  seen.add(file);
  const source = readFileSync(file, "utf8");
  for (const [, typeOnly, target] of source.matchAll(/^(?:import|export) (type )?[^;]*?from "([^"]+)";/gms)) {
    if (typeOnly !== undefined) continue;
    if (target!.startsWith(".")) packagesOf(moduleFile(path.resolve(path.dirname(file), target!)), seen, packages);
    else packages.add(target!);
  }
  return packages;
}

it.each(["reward.ts", "ghost-attention.ts", "sampling.ts"])(
  "%s loads no package, so the worker needs no tensors",
  (name) => {
    expect([...packagesOf(path.join(here, name))]).toEqual([]);
  },
);

it("sees the tensors that generation loads", () => {
  expect([...packagesOf(path.join(here, "generate.ts"))]).toContain("@tensorflow/tfjs-core");
});
