/**
 * An example of what an endpoint takes or gives: the endpoint's own `example`, else one made from its schema. A part of a schema
 * can say its own by `.meta({ example })`; names that many schemas share have their examples here. A test parses every one of them.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Endpoint } from "@/lib/contracts/endpoint";
import { ABSENT, CHOICES, FRACTIONS, NUMBERS, SHA256, TEXTS } from "./openapi-values";

export type Json = Record<string, unknown>;

/** JSON Schema 2020-12, which is what OpenAPI 3.1 speaks. */
export function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json;
  return rest;
}

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

/** The limits of a number: whole ones step by 1, others by a tenth, away from an exclusive limit. */
function limits(schema: Json): [low: number, high: number] {
  const step = schema.type === "integer" ? 1 : 0.1;
  const limit = (inclusive: unknown, exclusive: unknown, away: number, none: number): number =>
    inclusive !== undefined ? Number(inclusive) : exclusive !== undefined ? Number(exclusive) + away : none;
  return [
    limit(schema.minimum, schema.exclusiveMinimum, step, Number.NEGATIVE_INFINITY),
    limit(schema.maximum, schema.exclusiveMaximum, -step, Number.POSITIVE_INFINITY),
  ];
}

function numberExample(schema: Json, name: string): number {
  const [low, high] = limits(schema);
  const known = NUMBERS[name] ?? (name.endsWith("Ms") ? 24_500 : name.endsWith("Seconds") ? 30 : undefined);
  const wanted = known ?? (schema.type === "number" && FRACTIONS.test(name) ? 0.62 : 3);
  return Math.min(high, Math.max(low, schema.type === "integer" ? Math.round(wanted) : wanted));
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
  if (Array.isArray(schema.prefixItems))
    return schema.prefixItems.map((entry, place) =>
      exampleOf(entry as Json, place === 0 ? `${name}Low` : `${name}High`, walk),
    );
  const singular = name.replace(/s$/, "");
  const length = Math.max(1, Number(schema.minItems ?? 1));
  return Array.from({ length }, () => exampleOf((schema.items ?? {}) as Json, singular, walk));
}

/** `name`: of the property that holds the value. */
export function exampleOf(schema: Json, name: string, walk: Walk): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  if (Array.isArray(schema.enum)) return schema.enum.includes(CHOICES[name]) ? CHOICES[name] : schema.enum[0];
  if (walk.depth > DEPTH_MAX) return null;
  const deeper = { ...walk, depth: walk.depth + 1 };
  if (typeof schema.$ref === "string") {
    const target = schema.$ref === "#" ? walk.defs.$root : walk.defs[schema.$ref.split("/").at(-1) ?? ""];
    return exampleOf((target ?? {}) as Json, name, deeper);
  }
  const choices = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (choices?.some((choice) => choice.type === "null") && ABSENT.has(name)) return null;
  if (choices) return exampleOf(choices.find((choice) => choice.type !== "null") ?? {}, name, deeper);
  if (Array.isArray(schema.allOf))
    return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part as Json, name, deeper) as Json));
  if (Array.isArray(schema.type) && schema.type.includes("null") && ABSENT.has(name)) return null;
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
