/** Reads the tree for the architecture tests: files, their imports, the places they point at. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

const GENERATED = new Set([
  "node_modules",
  ".next",
  ".cache",
  ".pairwright",
  "build",
  "test-results",
  "playwright-report",
]);

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(path.join(ROOT, folder), { withFileTypes: true })) {
    const name = folder === "." ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!GENERATED.has(entry.name)) yield* walk(name);
    } else if (entry.isFile()) yield name;
  }
}

const SOURCE = /\.(ts|tsx|mts|mjs|js)$/;

/** Our code, relative to the root, with "/" between folders. */
export function sourceFiles(): string[] {
  const folders = ["app", "lib", "db", "trainer", "tests"].filter((folder) => existsSync(path.join(ROOT, folder)));
  return [...folders.flatMap((folder) => [...walk(folder)]), "proxy.ts", "instrumentation.ts"].filter(
    (file) => SOURCE.test(file) && existsSync(path.join(ROOT, file)),
  );
}

/** What is committed or would be: tracked files and new ones that git does not ignore. */
export function repositoryFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return listed.split("\n").filter((file) => file && existsSync(path.join(ROOT, file)));
}

export const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");
export const isTest = (file: string) => /\.test\.tsx?$/.test(file) || file.startsWith("tests/");

export interface Import {
  from: string;
  /** A path from the root for our own files, otherwise a package name as written. */
  to: string;
  own: boolean;
  typeOnly: boolean;
}

/** Blanks comments, keeping strings: an address in a string is not a comment, an import in a comment is not one. */
export function withoutComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\*[\s\S]*?\*\/|(?<![:\\"'`])\/\/[^\n]*/g,
    (_match, quoted: string | undefined) => quoted ?? " ",
  );
}

const STATIC = /(?:^|[;\n}])\s*(import|export)\s+(type\s+)?(?:[\w*$\s{},]*?\s*from\s*)?["']([^"'\n]+)["']/g;
const DYNAMIC = /\b(?:import|require|require\.resolve)\(\s*["']([^"'\n]+)["']/g;

export function importsIn(file: string, text: string): Import[] {
  const code = withoutComments(text);
  const found: { specifier: string; typeOnly: boolean }[] = [];
  for (const match of code.matchAll(STATIC)) found.push({ specifier: match[3] as string, typeOnly: Boolean(match[2]) });
  for (const match of code.matchAll(DYNAMIC)) found.push({ specifier: match[1] as string, typeOnly: false });
  return found.map(({ specifier, typeOnly }) => {
    if (specifier.startsWith("@/")) return { from: file, to: specifier.slice(2), own: true, typeOnly };
    if (specifier.startsWith(".")) {
      const to = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier));
      return { from: file, to, own: true, typeOnly };
    }
    return { from: file, to: specifier, own: false, typeOnly };
  });
}

export const allImports = (): Import[] => sourceFiles().flatMap((file) => importsIn(file, read(file)));
