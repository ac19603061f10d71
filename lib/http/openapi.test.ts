import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { allEndpoints } from "@/lib/contracts";
import { openApiDocument } from "./openapi";

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
      expect(readFileSync(path.join(API, file), "utf8"), file).toMatch(/= route\(/);
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
