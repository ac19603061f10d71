import { describe, expect, it } from "vitest";
import { allImports, type Import, importsIn, isTest } from "./source";

/** Parts every layer of lib may use: configuration, errors, logs. */
const BASE = ["lib/env", "lib/errors", "lib/log"];
const FORMAT = "trainer/format";

/**
 * design.md's arrows. For each part (longest match wins): where its imports may point. A part may always import itself.
 * What is not listed here may not be imported; a new folder needs a row.
 */
const ARROWS: Record<string, string[]> = {
  // Beyond design.md's list: the domain's words (pure, the browser side has them anyway) and the error family that services throw.
  app: [
    ...["lib/client", "lib/http", "lib/services", "lib/contracts", "lib/auth", "lib/i18n"],
    ...["lib/domain", "lib/errors"],
  ],
  "proxy.ts": [],
  "instrumentation.ts": ["app", "lib/http"],
  "lib/domain": [FORMAT],
  "lib/contracts": ["lib/domain", FORMAT],
  "lib/client": ["lib/contracts", "lib/domain"],
  "lib/services": ["db", "lib/domain", "lib/contracts", "lib/jobs", "lib/auth", "lib/policies", FORMAT, ...BASE],
  "lib/http": ["lib/contracts", "lib/domain", "lib/services", "lib/auth", ...BASE],
  "lib/auth": ["db", "lib/domain", "lib/contracts", "lib/services", ...BASE],
  "lib/i18n": ["lib/contracts", "lib/domain", "lib/auth/session", ...BASE],
  "lib/policies": ["lib/contracts", "lib/domain", "lib/auth/secret-box", FORMAT, ...BASE],
  "lib/jobs": ["db", "lib/contracts", "lib/domain", ...BASE],
  "lib/worker": [
    ...[
      "lib/services",
      "lib/jobs",
      "lib/policies",
      "lib/contracts",
      "lib/domain",
      "db/client",
      "db/migrate",
      ...BASE,
      FORMAT,
    ],
    ...["trainer/recipes", "trainer/sample", "trainer/data/fetch-base-model"],
  ],
  "lib/cli": [
    "lib/services",
    "lib/worker",
    "lib/contracts",
    "lib/domain",
    "lib/auth",
    "lib/jobs",
    "db",
    FORMAT,
    ...BASE,
  ],
  "lib/env": [],
  "lib/errors": [],
  "lib/log": ["lib/env"],
  db: ["lib/domain", FORMAT],
  // The demo is made the way people make it: through the services.
  "db/seed": ["db", "lib/domain", "lib/contracts", "lib/services", "lib/auth", "lib/policies", FORMAT, ...BASE],
  trainer: [],
};

/** Where only `import type` may point: nothing of it reaches a bundle. */
const TYPES_ONLY: Record<string, string[]> = {
  app: [FORMAT],
  "lib/policies": ["db/schema"],
  "lib/worker": ["trainer/data/loss-mask"],
};

const within = (target: string, folder: string) =>
  target === folder || target.startsWith(`${folder}/`) || target.startsWith(`${folder}.`);

function partOf(file: string): string | undefined {
  return Object.keys(ARROWS)
    .filter((part) => within(file, part))
    .sort((a, b) => b.length - a.length)[0];
}

/** Why the import breaks a rule, or undefined. */
function broken({ from, to, own, typeOnly }: Import): string | undefined {
  const part = partOf(from);
  if (!part) return `${from}: no arrow is defined for this place`;
  if (!own) return brokenPackage(from, part, to);
  if (/\.(css|json)$/.test(to) && !to.includes("node_modules")) return undefined;
  if (within(to, part)) return undefined;
  if (typeOnly && TYPES_ONLY[part]?.some((allowed) => within(to, allowed))) return undefined;
  if (ARROWS[part]?.some((allowed) => within(to, allowed))) return undefined;
  return `${from} -> ${to}`;
}

const TENSORS = /^(@tensorflow\/|onnxruntime|webgpu$)/;
const SQL_PARTS = new Set(["db", "db/seed", "lib/services", "lib/auth"]);

function brokenPackage(from: string, part: string, name: string): string | undefined {
  if (/^drizzle-orm(\/|$)/.test(name) && !SQL_PARTS.has(part)) return `${from} -> ${name} (only db and lib/services)`;
  if (TENSORS.test(name) && part !== "trainer") return `${from} -> ${name} (tensors belong to trainer)`;
  if (name === "node-llama-cpp" && part !== "lib/policies" && part !== "trainer")
    return `${from} -> ${name} (lib/policies)`;
  if (part === "lib/domain" && name !== "zod" && name !== "node:crypto") return `${from} -> ${name} (domain is pure)`;
  if (part === "lib/client" && /^(node:|pg$|next-auth$)/.test(name)) return `${from} -> ${name} (browser side)`;
  if (part === "trainer/core" && !TENSORS.test(name)) return `${from} -> ${name} (core is tensors only)`;
  return undefined;
}

describe("imports", () => {
  it("follow design.md's arrows and no other", () => {
    const imports = allImports().filter(({ from }) => !isTest(from));
    expect(imports.length).toBeGreaterThan(200); // The walk itself works.
    expect(imports.map(broken).filter(Boolean)).toEqual([]);
  });

  it("never leave trainer, in its tests neither", () => {
    const outside = allImports().filter(
      ({ from, to, own }) => from.startsWith("trainer/") && own && !within(to, "trainer"),
    );
    expect(outside.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it("are found in every form, and a forbidden one is reported", () => {
    const text = [
      'import { a } from "@/db/client";',
      'import type { B } from "@/trainer/format/pair";',
      'export * from "../../db/schema";',
      'import "@/lib/policies/all";',
      'const c = await import("@/lib/worker/main");',
      '// import { d } from "@/db/comment";',
      'import {\n  e,\n  f,\n} from "drizzle-orm";',
    ].join("\n");
    const found = importsIn("app/api/route.ts", text);
    expect(found.map(({ to }) => to)).toEqual([
      "db/client",
      "trainer/format/pair",
      "db/schema",
      "lib/policies/all",
      "drizzle-orm",
      "lib/worker/main",
    ]);
    expect(found.map(broken).filter(Boolean)).toHaveLength(5);
  });
});
