import { describe, expect, it } from "vitest";
import { isTest, read, repositoryFiles, sourceFiles, withoutComments } from "./source";

const LINES_MAX = 400;

const TOP_LEVEL = new Set([
  ...["package.json", "next.config.js", "app", "lib", "db", "trainer", "tests", "README.md"],
  ...["ARCHITECTURE.md", "docs", ".ci", "LICENSE", "package-lock.json", "advisories.json"],
  // Tool configuration.
  ...[".gitignore", ".npmrc", "biome.json", "drizzle.config.ts", "playwright.config.ts", "postcss.config.mjs"],
  ...["proxy.ts", "instrumentation.ts", "tsconfig.json", "vitest.config.ts", ".gitattributes", ".editorconfig"],
]);

describe("the tree", () => {
  it("has only the top-level names of design.md and tool configuration", () => {
    const names = new Set(repositoryFiles().map((file) => file.split("/")[0] as string));
    expect([...names].filter((name) => !TOP_LEVEL.has(name))).toEqual([]);
  });

  it(`has no source file of more than ${LINES_MAX} lines`, () => {
    const long = sourceFiles()
      .filter((file) => !file.startsWith("db/migrations/") && !file.startsWith("db/schema/"))
      .map((file) => ({ file, lines: read(file).trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > LINES_MAX);
    expect(long).toEqual([]);
  });

  it("has a title on every page", () => {
    // The first page only leads on to others.
    const pages = repositoryFiles().filter((file) => /^app\/.+\/page\.tsx$/.test(file));
    expect(pages.length).toBeGreaterThan(30);
    expect(pages.filter((file) => !read(file).includes("generateMetadata"))).toEqual([]);
  });

  it("reads the environment in few places only", () => {
    const allowed = [
      /^lib\/env(\.test)?\.ts$/,
      /^lib\/cli\/(start|pairwright)\.mjs$/,
      /^tests\//,
      /^trainer\/(cli|bin|bench)\//,
      // torch's threads read their setting when it loads, also below the worker, which does not go through the command.
      /^trainer\/engines\/(libtorch\/)?environment\.ts$/,
      // Next replaces NODE_ENV and NEXT_RUNTIME when it compiles these.
      /^(proxy|instrumentation)\.ts$/,
    ];
    const readers = sourceFiles()
      .filter((file) => !isTest(file) && !allowed.some((pattern) => pattern.test(file)))
      .filter((file) => withoutComments(read(file)).includes("process.env"));
    expect(readers).toEqual([]);
  });
});

/** Put together from parts, so that this file does not trip over itself. */
const SLASHES = ["/", "/"].join("");
const FORBIDDEN: { what: string; pattern: RegExp }[] = [
  {
    what: "a registry's address",
    pattern: new RegExp(`https?:${SLASHES}[^\\s"'\`)]*(registry\\.|/artifactory|/nexus|/simple/)`),
  },
  {
    what: "a download address",
    pattern: new RegExp(`https?:${SLASHES}[^\\s"'\`)]+\\.(tgz|tar\\.gz|whl|zip|gguf|safetensors|deb)\\b`),
  },
  {
    what: "a folder of one machine",
    pattern: new RegExp(`(^|[\\s"'\`(=])/(${["wo", "rk"].join("")}|root|home/\\w+)/`, "m"),
  },
  { what: "a private key", pattern: new RegExp(`-----BEGIN ${["(RSA |EC )?PRIV", "ATE KEY"].join("")}`) },
];
const BINARY = /\.(png|jpg|webp|ico|woff2?|safetensors|gz|parquet|gguf|bin|npz)$/;
const WEIGHTS = /\.(gguf|onnx|pt|pth)$/;

describe("what is committed", () => {
  const files = repositoryFiles();

  it("names no registry, download address or machine path, and holds no key", () => {
    const found: string[] = [];
    for (const file of files.filter((name) => !BINARY.test(name)))
      for (const { what, pattern } of FORBIDDEN) {
        const match = pattern.exec(read(file));
        if (match) found.push(`${file}: ${what}: ${match[0].trim()}`);
      }
    expect(found).toEqual([]);
  });

  it("holds no model weights", () => {
    expect(files.filter((file) => WEIGHTS.test(file))).toEqual([]);
  });
});
