/** Every text exists in every language, with the same arguments, and is used; every used text exists. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { LOCALES, type Locale } from "./locales";
import { messagesOf } from "./messages";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

type Tree = { [key: string]: string | Tree };
function flatten(tree: Tree, prefix = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text);
  }
  return flat;
}

const textsOf = async (locale: Locale) => flatten((await messagesOf(locale)) as unknown as Tree);
const english = await textsOf("en");

const argumentsOf = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)(?=[,}])/g)].map((match) => match[1] ?? ""))].sort();

function* files(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* files(full);
    else if (/\.tsx?$/.test(entry.name) && !entry.name.includes(".test.")) yield full;
  }
}

/**
 * Keys a file asks for, as patterns: `*` stands for what a template literal fills in. Each translator name is looked up among all
 * namespaces the file opens under that name, so two components of one file may both say `t`.
 */
function usedPatterns(source: string): { pattern: string; candidates: string[] }[] {
  const namespaces = new Map<string, Set<string>>();
  for (const match of source.matchAll(/const (\w+) = (?:await )?(?:useTranslations|getTranslations)\("([\w.]+)"\)/g))
    namespaces.set(match[1]!, (namespaces.get(match[1]!) ?? new Set()).add(match[2]!));
  const direct = [...source.matchAll(/\(await getTranslations\("([\w.]+)"\)\)\("([\w.]+)"/g)].map((match) => {
    const full = `${match[1]}.${match[2]}`;
    return { pattern: full, candidates: [full] };
  });
  const uses = [...namespaces].flatMap(([name, spaces]) =>
    keyArguments(source, name).map((key) => ({
      pattern: key,
      candidates: [...spaces].map((space) => `${space}.${key}`),
    })),
  );
  return [...direct, ...uses];
}

/** First arguments of `t(...)`, `t.rich(...)`: every literal in them, so that `t(on ? "a" : "b")` counts for both. */
function keyArguments(source: string, name: string): string[] {
  const keys: string[] = [];
  for (const call of source.matchAll(new RegExp(`(?<![\\w.])${name}(?:\\.(?:rich|markup|raw|has))?\\(`, "g"))) {
    const rest = source.slice(call.index + call[0].length, call.index + call[0].length + 300);
    const argument = /^\s*(?:"([\w.]+)"|`([^`]*)`|[^,()]*?\?\s*"([\w.]+)"\s*:\s*"([\w.]+)")/.exec(rest);
    if (!argument) {
      keys.push(...dynamicKeys(rest, source));
      continue;
    }
    const template = argument[2]?.replaceAll(/\$\{[^}]*\}/g, "*");
    keys.push(...[argument[1], template, argument[3], argument[4]].filter((key) => key !== undefined));
  }
  return keys;
}

/** `t(row.name)`: the key comes from data, so everything directly below the namespace counts; `t(key)`: from a template nearby. */
function dynamicKeys(rest: string, source: string): string[] {
  const expression = /^\s*([A-Za-z_]\w*)((?:\.\w+)*)\s*[,)]/.exec(rest);
  if (!expression) return [];
  const template = new RegExp(`const ${expression[1]} = \`([^\`]*)\``).exec(source)?.[1];
  return [template?.replaceAll(/\$\{[^}]*\}/g, "*") ?? "*"];
}

const asExpression = (pattern: string) => new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", "[\\w-]+")}$`);

const uses = ["app", "lib"]
  .flatMap((folder) => [...files(path.join(ROOT, folder))])
  .flatMap((file) => usedPatterns(readFileSync(file, "utf8")));

describe("messages", () => {
  it("have one file a language, and one language a file", () => {
    const files = readdirSync(path.join(ROOT, "lib/i18n/messages")).sort();
    expect(files).toEqual(LOCALES.map((locale) => `${locale}.json`).sort());
  });

  it.each(LOCALES)("say the same things in %s, with the same arguments", async (locale) => {
    const texts = await textsOf(locale);
    expect([...texts.keys()].sort()).toEqual([...english.keys()].sort());
    const different = [...english].filter(
      ([key, text]) => argumentsOf(text).join() !== argumentsOf(texts.get(key) ?? "").join(),
    );
    expect(different.map(([key]) => key)).toEqual([]);
  });

  it("are the only place that knows how many languages there are", () => {
    const lists = /"en"\s*[|,]\s*"ko"|=== "ko"|<option value="ko"/;
    // The guess at a text's language, and imports' old names for it, are about texts and not about the interface.
    const about = ["lib/domain/language.ts", "lib/domain/locales.ts", "app/components/annotate/live-work.tsx"];
    const found = ["app", "lib"]
      .flatMap((folder) => [...files(path.join(ROOT, folder))])
      .filter((file) => lists.test(readFileSync(file, "utf8")))
      .map((file) => path.relative(ROOT, file));
    expect(found.filter((file) => !about.includes(file))).toEqual([]);
  });

  it("exist wherever one is asked for", () => {
    const known = [...english.keys()];
    const missing = uses.filter(
      ({ candidates }) => !candidates.some((candidate) => known.some((key) => asExpression(candidate).test(key))),
    );
    expect(missing).toEqual([]);
  });

  it("are all used", () => {
    const expressions = [...new Set(uses.flatMap(({ candidates }) => candidates))].map(asExpression);
    expect([...english.keys()].filter((key) => !expressions.some((expression) => expression.test(key)))).toEqual([]);
  });
});
