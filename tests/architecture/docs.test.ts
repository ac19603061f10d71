/** What the documents name must be there: files, commands, flags, variables, endpoints, events, formats. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { allEndpoints } from "@/lib/contracts";
import { EXPORT_FORMATS } from "@/lib/contracts/snapshots";
import { WEBHOOK_EVENTS } from "@/lib/domain/webhook-events";
import { signWebhook } from "@/lib/domain/webhooks";
import packageJson from "@/package.json";
import { ROOT, read, sourceFiles } from "./source";

const DOCUMENTS = [
  "README.md",
  "ARCHITECTURE.md",
  "trainer/README.md",
  ...readdirSync(path.join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
];
const document = (file: string): string => read(file);
const found = (text: string, pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map((match) => match[1] as string)),
];

/** The heading's anchor as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

const programs = sourceFiles()
  .filter((file) => /^(lib\/cli|trainer\/(cli|bench)|tests\/(bench|chaos|support))\//.test(file))
  .map(read)
  .join("\n");
/** Flags of other programs that the documents tell people to call. */
const FOREIGN_FLAGS = new Set(["--help", "--project", "--data-binary", "--runner"]);

describe.each(DOCUMENTS)("%s", (file) => {
  const text = document(file);

  it("links to files and headings that are there", () => {
    const broken = found(text, /\]\((?!https?:)([^)]+)\)/g).filter((link) => {
      const [target = "", anchor] = link.split("#");
      const full = target === "" ? file : path.join(path.dirname(file), target);
      if (!existsSync(path.join(ROOT, full))) return true;
      if (anchor === undefined) return false;
      return !found(document(full), /^#+ (.+)$/gm)
        .map(anchorOf)
        .includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it("names source files, npm scripts and flags that are there", () => {
    const files = found(text, /`((?:lib|db|app|trainer|tests)\/[\w./[\]()-]+\.(?:ts|tsx|py|mjs))`/g);
    expect(files.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
    const scripts = found(text, /npm run ([\w:-]+)/g);
    expect(scripts.filter((name) => !(name in packageJson.scripts))).toEqual([]);
    const flags = found(text, /(?<=[\s`(])(--[a-z][a-z-]+)/g);
    expect(flags.filter((flag) => !FOREIGN_FLAGS.has(flag) && !programs.includes(flag))).toEqual([]);
  });

  it("names endpoints that are there", () => {
    const known = new Set(
      allEndpoints().map(({ endpoint }) => `${endpoint.method} ${endpoint.path.replaceAll(/\{\w+\}/g, "{}")}`),
    );
    const named = [...text.matchAll(/\b(GET|POST|PUT|PATCH|DELETE) (?:\/api\/v1)?(\/[a-z][\w/{}-]*)/g)].map(
      ([, method, route]) => `${method} ${route?.replaceAll(/\{\w+\}/g, "{}")}`,
    );
    // The trainer's server speaks vLLM's shapes, not this API.
    expect(file === "trainer/README.md" ? [] : named.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe("the documents know all of", () => {
  it("the environment, on the operators' page", () => {
    const variables = found(read("lib/env.ts"), /^ {4}([A-Z][A-Z_]+): /gm);
    expect(variables.length).toBeGreaterThan(10);
    const page = document("docs/operations.md");
    expect(variables.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it("the webhooks' events", () => {
    const page = document("docs/webhooks.md");
    expect(WEBHOOK_EVENTS.filter((event) => !page.includes(`\`${event}\``))).toEqual([]);
  });

  it("how a signature is checked: the example takes what is signed here and nothing else", async () => {
    const [example = ""] = found(document("docs/webhooks.md"), /```js\n([\s\S]*?)```/g);
    const { verify } = await import(`data:text/javascript,${encodeURIComponent(example)}`);
    const secret = `whsec_${Buffer.from("a secret of thirty-two bytes ....").toString("base64")}`;
    const message = { secret, id: "one", timestampSeconds: Math.floor(Date.now() / 1000), body: '{"a":"é"}' };
    const headers = (signature: string, at = message.timestampSeconds) => ({
      "webhook-id": message.id,
      "webhook-timestamp": String(at),
      "webhook-signature": signature,
    });
    const signature = signWebhook(message);
    expect(verify(secret, headers(`v1,AAAA ${signature}`), Buffer.from(message.body))).toBe(true);
    expect(verify(secret, headers(signature), `${message.body} `)).toBe(false);
    const old = message.timestampSeconds - 3600;
    expect(verify(secret, headers(signWebhook({ ...message, timestampSeconds: old }), old), message.body)).toBe(false);
  });

  it("the export formats", () => {
    const page = document("docs/formats.md");
    expect(EXPORT_FORMATS.filter((format) => !page.includes(`| \`${format}\``))).toEqual([]);
  });

  it("each other: every page is reached from the README or the page that it belongs to", () => {
    const linked = new Set(
      DOCUMENTS.flatMap((file) =>
        found(document(file), /\]\((?!https?:)([^)#]+)/g).map((link) => path.join(path.dirname(file), link)),
      ),
    );
    const pages = DOCUMENTS.filter((file) => file !== "README.md" && !file.startsWith("docs/decisions/"));
    expect(pages.filter((file) => !linked.has(file))).toEqual([]);
  });
});
