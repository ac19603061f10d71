/**
 * An example of what an endpoint takes or gives: the endpoint's own `example`, else one made from its schema. A part of a schema
 * can say its own by `.meta({ example })`; names that many schemas share have their examples here. A test parses every one of them.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Endpoint } from "@/lib/contracts/endpoint";

export type Json = Record<string, unknown>;

/** JSON Schema 2020-12, which is what OpenAPI 3.1 speaks. */
export function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json;
  return rest;
}

const PROMPT = "How do I keep basil alive indoors?";
const SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/** By property name. */
const TEXTS: Record<string, string> = {
  action: "snapshot.frozen",
  annotator: "Ada",
  baseModel: "tiny",
  body: "## What counts\n\nPrefer the answer that is right and says so plainly.",
  category: "hate",
  chosen: "Give it six hours of light and water it when the top of the soil is dry.",
  code: "invalid",
  content: PROMPT,
  cron: "0 3 * * 1",
  current: "old password here",
  description: "Weekly preferences on household questions",
  directory: "runs/8c7f0a52",
  email: "ada@example.org",
  excerpt: PROMPT,
  feedback: "Please read section 2 of the guidelines again.",
  instruction: "Answer in one sentence.",
  language: "en",
  locale: "en",
  manifestSha256: SHA256,
  message: "must not be empty",
  name: "Weekly preferences",
  nextCursor: "eyJhdCI6MTc3MjQ0",
  objectId: "0190a5b2-6c1f-7d3e-9a40-5b6c7d8e9f01",
  objectType: "snapshot",
  password: "correct horse battery",
  next: "eyJhdCI6MTc3MjQ0",
  policy: "assistant-7b",
  policyName: "assistant-7b",
  prompt: PROMPT,
  promptExcerpt: PROMPT,
  promptText: PROMPT,
  rationale: "Right, and shorter.",
  reason: "The text is cut off.",
  rejected: "Basil cannot live indoors.",
  response: "Give it six hours of light.",
  responseA: "Give it six hours of light and water it when the top of the soil is dry.",
  responseB: "Basil cannot live indoors.",
  role: "user",
  sha256: SHA256,
  sourceName: "helpful-base",
  text: "Give it six hours of light.",
  timeZone: "Asia/Seoul",
  title: "The input is not valid",
  token: "pw_example-token-shown-once",
  url: "https://hooks.example.org/pairwright",
  variant: "default",
  variantName: "default",
  week: "2026-03-02",
  weightsSha256: SHA256,
};
const FORMATS: Record<string, (name: string) => string> = {
  uuid: (name) => uuidOf(name),
  "date-time": () => "2026-03-02T09:15:00Z",
  date: () => "2026-03-02",
  time: () => "09:15:00",
  email: () => "ada@example.org",
  uri: () => "https://hooks.example.org/pairwright",
};
const DEPTH_MAX = 20;
/** Tried where a pattern refuses the text of the name. */
const SPARE_TEXTS = ["en", "first", "7", "snapshot.frozen", SHA256, "a1"];

/** The same name has the same id in the whole document, so that examples fit together. */
function uuidOf(name: string): string {
  const hex = createHash("sha256")
    .update(name.replace(/Ids?$/, "").toLowerCase() || "id")
    .digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

interface Walk {
  defs: Json;
  /** Whether optional properties are left out where others are required: what a caller must send. */
  brief: boolean;
  depth: number;
}

function matching(schema: Json, text: string): string {
  if (typeof schema.pattern !== "string") return text;
  const pattern = new RegExp(schema.pattern, "u");
  return [text, ...SPARE_TEXTS].find((candidate) => pattern.test(candidate)) ?? text;
}

function textExample(schema: Json, name: string): string {
  const format = FORMATS[String(schema.format)];
  if (format) return format(name);
  if (String(schema.pattern).includes("[0-9a-f]{64}")) return SHA256;
  const text =
    TEXTS[name] ?? (name.endsWith("At") ? "2026-03-02T09:15:00Z" : name.endsWith("Id") ? uuidOf(name) : "example");
  const short = text.slice(0, Number(schema.maxLength ?? text.length)).padEnd(Number(schema.minLength ?? 0), "x");
  return matching(schema, short);
}

function numberExample(schema: Json, name: string): number {
  const whole = schema.type === "integer";
  const low = Number(
    schema.minimum ??
      (schema.exclusiveMinimum === undefined
        ? Number.NEGATIVE_INFINITY
        : Number(schema.exclusiveMinimum) + (whole ? 1 : 0.1)),
  );
  const high = Number(
    schema.maximum ??
      (schema.exclusiveMaximum === undefined
        ? Number.POSITIVE_INFINITY
        : Number(schema.exclusiveMaximum) - (whole ? 1 : 0.1)),
  );
  const wanted = name.endsWith("Ms") ? 24_500 : whole ? 3 : 0.5;
  return Math.min(high, Math.max(low, wanted));
}

function objectExample(schema: Json, walk: Walk): Json {
  const properties = (schema.properties ?? {}) as Record<string, Json>;
  const required = (schema.required ?? []) as string[];
  const names = Object.keys(properties).filter(
    (name) => !walk.brief || required.length === 0 || required.includes(name),
  );
  if (names.length > 0)
    return Object.fromEntries(names.map((name) => [name, exampleOf(properties[name] as Json, name, walk)]));
  const values = schema.additionalProperties;
  if (typeof values !== "object" || values === null || Object.keys(values).length === 0) return {};
  const keys = (schema.propertyNames ?? {}) as Json;
  const key = Array.isArray(keys.enum) ? String(keys.enum[0]) : matching(keys, "helpfulness");
  const wanted = required.length > 0 ? required : [key];
  return Object.fromEntries(wanted.map((name) => [name, exampleOf(values as Json, name, walk)]));
}

function arrayExample(schema: Json, name: string, walk: Walk): unknown[] {
  if (Array.isArray(schema.prefixItems)) return schema.prefixItems.map((entry) => exampleOf(entry as Json, name, walk));
  const singular = name.replace(/s$/, "");
  const length = Math.max(1, Number(schema.minItems ?? 1));
  return Array.from({ length }, () => exampleOf((schema.items ?? {}) as Json, singular, walk));
}

/** `name`: of the property that holds the value. */
export function exampleOf(schema: Json, name: string, walk: Walk): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (walk.depth > DEPTH_MAX) return null;
  const deeper = { ...walk, depth: walk.depth + 1 };
  if (typeof schema.$ref === "string") {
    const target = schema.$ref === "#" ? walk.defs.$root : walk.defs[schema.$ref.split("/").at(-1) ?? ""];
    return exampleOf((target ?? {}) as Json, name, deeper);
  }
  const choices = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (choices) return exampleOf(choices.find((choice) => choice.type !== "null") ?? {}, name, deeper);
  if (Array.isArray(schema.allOf))
    return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part as Json, name, deeper) as Json));
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
  if (type === "object") return objectExample(schema, deeper);
  if (type === "array") return arrayExample(schema, name, deeper);
  if (type === "string") return textExample(schema, name);
  if (type === "number" || type === "integer") return numberExample({ ...schema, type }, name);
  if (type === "boolean") return false;
  return type === "null" ? null : {};
}

function ofSchema(schema: z.ZodType, io: "input" | "output"): unknown {
  const json = jsonSchema(schema, io);
  const defs = { ...((json.$defs ?? {}) as Json), $root: json };
  return exampleOf(json, "", { defs, brief: io === "input", depth: 0 });
}

export const bodyExample = ({ example, body }: Endpoint): unknown => example?.body ?? (body && ofSchema(body, "input"));
export const responseExample = ({ example, response }: Endpoint): unknown =>
  example?.response ?? (response && ofSchema(response, "output"));

/** Path, query or header parameters: all of them, as they read in an address. */
export function parameterExamples(schema: z.ZodType | undefined, given: Json = {}): Json {
  if (!schema) return {};
  const json = jsonSchema(schema, "output");
  const walk = { defs: (json.$defs ?? {}) as Json, brief: false, depth: 0 };
  return { ...(objectExample(json, walk) as Json), ...given };
}
