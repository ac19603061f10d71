import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { allEndpoints } from "@/lib/contracts";
import { openApiDocument } from "./openapi";
import { bodyExample, parameterExamples, responseExample } from "./openapi-examples";

const API = path.resolve(__dirname, "../../app/api/v1");

/** "METHOD /path" for every exported method of every route file, read from the source: what the router really serves. */
function served(): string[] {
  return readdirSync(API, { recursive: true, encoding: "utf8" })
    .filter((file) => path.basename(file) === "route.ts")
    .flatMap((file) => {
      const url = `/${path.dirname(file)}`.replaceAll(/\[(\w+)\]/g, "{$1}");
      const source = readFileSync(path.join(API, file), "utf8");
      return [...source.matchAll(/export (?:const|async function|function) (GET|POST|PUT|PATCH|DELETE)\b/g)].map(
        (match) => `${match[1]} ${url}`,
      );
    })
    .sort();
}

describe("the API description", () => {
  test("has exactly the routes that the router serves, each once", () => {
    const described = allEndpoints().map(({ endpoint }) => `${endpoint.method} ${endpoint.path}`);
    expect(described.toSorted()).toEqual(served());
  });

  test("every route goes through the wrapper", () => {
    for (const file of readdirSync(API, { recursive: true, encoding: "utf8" }).filter(
      (name) => path.basename(name) === "route.ts",
    ))
      expect(readFileSync(path.join(API, file), "utf8"), file).toMatch(/= (route|directRoute)\(/);
  });

  test("names every operation once and every path parameter", () => {
    const document = openApiDocument() as {
      paths: Record<string, Record<string, { operationId: string; parameters: { in: string; name: string }[] }>>;
    };
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map((operation) => operation.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const [url, methods] of Object.entries(document.paths))
      for (const operation of Object.values(methods)) {
        const wanted = [...url.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
        expect(
          operation.parameters
            .filter((parameter) => parameter.in === "path")
            .map((parameter) => parameter.name)
            .sort(),
          url,
        ).toEqual(wanted.sort());
      }
  });
});

interface Operation {
  description: string;
  parameters: { in: string; name: string; example?: unknown }[];
  responses: Record<string, unknown>;
}

describe("the examples", () => {
  const endpoints = allEndpoints().map(({ name, endpoint }) => ({ name, endpoint }));

  test.each(endpoints)("$name takes its example body and gives its example answer", ({ endpoint }) => {
    if (endpoint.body) expect(endpoint.body.safeParse(bodyExample(endpoint)).error?.issues).toBeUndefined();
    if (endpoint.response) expect(endpoint.response.safeParse(responseExample(endpoint)).error?.issues).toBeUndefined();
  });

  test.each(endpoints)("$name takes its example parameters", ({ endpoint }) => {
    for (const schema of [endpoint.params, endpoint.query, endpoint.headers]) {
      const given = schema === endpoint.query ? endpoint.example?.query : undefined;
      const examples = Object.entries(parameterExamples(schema, given)).map(([key, value]) => [key, String(value)]);
      expect(schema?.safeParse(Object.fromEntries(examples)).error?.issues).toBeUndefined();
    }
  });

  test("every JSON body and answer of the document has one", () => {
    const contents: [string, { schema?: unknown; example?: unknown }][] = [];
    JSON.stringify(openApiDocument(), (key, value) => {
      if (key === "application/json") contents.push([JSON.stringify(value).slice(0, 100), value]);
      return value as unknown;
    });
    expect(contents.length).toBeGreaterThan(100);
    for (const [start, content] of contents) expect(content.example, start).toBeDefined();
  });
});

describe("the document", () => {
  const document = openApiDocument() as { paths: Record<string, Record<string, Operation>>; tags: { name: string }[] };
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

  test("is valid OpenAPI 3.1", async () => {
    const validated = await new Validator().validate(structuredClone(document));
    expect(validated.errors ?? []).toEqual([]);
    expect(validated.valid).toBe(true);
  });

  test("says what goes wrong: signing in, rights, missing objects, bad input", () => {
    const { responses } = document.paths["/projects/{projectId}/import"]!.post!;
    expect(Object.keys(responses)).toEqual(["201", "401", "403", "404", "409", "413", "422", "500", "503"]);
    expect(Object.keys(document.paths["/openapi.json"]!.get!.responses)).toEqual(["200", "500", "503"]);
    for (const operation of operations) expect(operation.responses).toHaveProperty("500");
  });

  test("names the Idempotency-Key header and describes paging", () => {
    const submit = document.paths["/comparisons"]!.post!;
    expect(submit.parameters).toContainEqual(expect.objectContaining({ in: "header", name: "Idempotency-Key" }));
    expect(document.paths["/snapshots"]!.get!.description).toMatch(/`next` of a page is the next request's `after`/);
  });

  test("describes each of its tags", () => {
    const used = new Set(allEndpoints().map(({ tag }) => tag));
    expect(document.tags.map(({ name }) => name).toSorted()).toEqual([...used].toSorted());
  });
});
