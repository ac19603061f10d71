/** OpenAPI 3.1 from the contracts, with an example for everything that goes in or comes out. */
import type { z } from "zod";
import { allEndpoints, type NamedEndpoint } from "@/lib/contracts";
import type { Endpoint } from "@/lib/contracts/endpoint";
import { bodyExample, type Json, jsonSchema, parameterExamples, responseExample } from "./openapi-examples";
import { problemComponents, problemResponses, problemSchema } from "./openapi-problems";
import { DESCRIPTION, tagDescription } from "./openapi-words";

interface ObjectSchema {
  properties?: Record<string, Json>;
  required?: string[];
}

function parametersOf(place: "path" | "query" | "header", schema: z.ZodType | undefined, given?: Json): Json[] {
  if (!schema) return [];
  // Coerced parameters take any text; what is meant is what comes out.
  const { properties = {} } = jsonSchema(schema, "output") as ObjectSchema;
  const { required = [] } = jsonSchema(schema, "input") as ObjectSchema;
  const examples = parameterExamples(schema, given);
  return Object.entries(properties).map(([name, value]) => ({
    name: place === "header" ? name.replaceAll(/(^|-)\w/g, (start) => start.toUpperCase()) : name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: value,
    example: examples[name],
  }));
}

function requestBody(endpoint: Endpoint): Json {
  if (endpoint.body) {
    const content = { schema: jsonSchema(endpoint.body, "input"), example: bodyExample(endpoint) };
    return { requestBody: { required: true, content: { "application/json": content } } };
  }
  if (!endpoint.rawBody) return {};
  const content = { schema: { type: "string", format: "binary" }, ...rawExample(endpoint.example?.body) };
  return { requestBody: { required: true, content: { [endpoint.rawBody]: content } } };
}

const rawExample = (example: unknown): Json => (example === undefined ? {} : { example });

function successResponse(endpoint: Endpoint): Json {
  const headers = { "X-Request-Id": { $ref: "#/components/headers/RequestId" } };
  if (endpoint.rawResponse) {
    const content = { schema: { type: "string", format: "binary" }, ...rawExample(endpoint.example?.response) };
    return {
      [endpoint.status ?? 200]: { description: "A stream", headers, content: { [endpoint.rawResponse]: content } },
    };
  }
  if (!endpoint.response) return { [endpoint.status ?? 204]: { description: "Done; nothing comes back", headers } };
  const content = { schema: jsonSchema(endpoint.response, "output"), example: responseExample(endpoint) };
  return { [endpoint.status ?? 200]: { description: "Done", headers, content: { "application/json": content } } };
}

/** Which errors an operation can answer with, from what it takes. */
function errorStatuses({ access, method, params, query, headers, body, rawBody }: Endpoint): number[] {
  const takes = query ?? headers ?? body ?? rawBody;
  return [
    ...(access.public ? [] : [401, 403]),
    ...(params || (!access.public && takes) ? [404] : []),
    ...(method === "GET" ? [] : [409]),
    ...(body || rawBody ? [413] : []),
    ...(takes ? [422] : []),
    503,
  ];
}

/** The two ways in which lists are paged. */
const PAGES: [parameter: string, answer: string][] = [
  ["after", "next"],
  ["cursor", "nextCursor"],
];

function descriptionOf({ access, query, response }: Endpoint): string {
  const who = access.public ? "Open to everybody." : `Role ${access.role} or higher; token scope \`${access.scope}\`.`;
  if (!query || !response) return who;
  const { properties: asked = {} } = jsonSchema(query, "output") as ObjectSchema;
  const { properties: answered = {} } = jsonSchema(response, "output") as ObjectSchema;
  const page = PAGES.find(([parameter, answer]) => parameter in asked && answer in answered);
  if (!page) return who;
  return `${who} Paged by key: \`${page[1]}\` of a page is the next request's \`${page[0]}\`; null = last page.`;
}

function operation({ endpoint, name, tag }: NamedEndpoint): Json {
  return {
    operationId: name,
    tags: [tag],
    summary: endpoint.summary,
    description: descriptionOf(endpoint),
    ...(endpoint.access.public ? { security: [] } : {}),
    parameters: [
      ...parametersOf("path", endpoint.params),
      ...parametersOf("query", endpoint.query, endpoint.example?.query),
      ...parametersOf("header", endpoint.headers),
    ],
    ...requestBody(endpoint),
    responses: { ...successResponse(endpoint), ...problemResponses(errorStatuses(endpoint)) },
  };
}

function components(): Json {
  return {
    securitySchemes: {
      bearer: {
        type: "http",
        scheme: "bearer",
        description:
          "A token of the console's account page or of `POST /tokens`. It can do what its scopes and its owner's role allow.",
      },
      session: {
        type: "apiKey",
        in: "cookie",
        name: "next-auth.session-token",
        description: "Set by signing in. Over HTTPS the name begins with `__Secure-`.",
      },
    },
    headers: {
      RequestId: { description: "As in the server's log; a request may bring its own.", schema: { type: "string" } },
      RetryAfter: { description: "Seconds to wait.", schema: { type: "integer" } },
    },
    responses: problemComponents(),
    schemas: { Problem: problemSchema },
  };
}

let made: Json | undefined;

/** Made once: the contracts do not change while a process runs. */
export function openApiDocument(): Json {
  made ??= makeDocument();
  return made;
}

function makeDocument(): Json {
  const endpoints = allEndpoints();
  const paths: Record<string, Json> = {};
  for (const named of endpoints) {
    paths[named.endpoint.path] ??= {};
    paths[named.endpoint.path]![named.endpoint.method.toLowerCase()] = operation(named);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Pairwright",
      version: "1.0.0",
      description: DESCRIPTION,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/api/v1" }],
    security: [{ bearer: [] }, { session: [] }],
    tags: [...new Set(endpoints.map(({ tag }) => tag))].map((name) => ({ name, description: tagDescription(name) })),
    paths,
    components: components(),
  };
}
