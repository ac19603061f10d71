/** OpenAPI 3.1 from the contracts. zod gives JSON Schema 2020-12, which is what 3.1 speaks. */
import { z } from "zod";
import { allEndpoints, type NamedEndpoint } from "@/lib/contracts";

type Json = Record<string, unknown>;

const jsonSchema = (schema: z.ZodType, io: "input" | "output"): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json;
  return rest;
};

const problem = {
  description: "Problem details (RFC 9457)",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

function parametersOf(place: "path" | "query", schema: z.ZodType | undefined): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, value]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: value,
  }));
}

function requestBody({ endpoint }: NamedEndpoint): Json {
  if (endpoint.body)
    return {
      requestBody: { required: true, content: { "application/json": { schema: jsonSchema(endpoint.body, "input") } } },
    };
  if (endpoint.rawBody)
    return {
      requestBody: {
        required: true,
        content: { [endpoint.rawBody]: { schema: { type: "string", format: "binary" } } },
      },
    };
  return {};
}

function successResponse({ endpoint }: NamedEndpoint): Json {
  if (endpoint.rawResponse)
    return { [endpoint.status ?? 200]: { description: "A stream", content: { [endpoint.rawResponse]: {} } } };
  if (!endpoint.response) return { [endpoint.status ?? 204]: { description: "Done" } };
  return {
    [endpoint.status ?? 200]: {
      description: "Done",
      content: { "application/json": { schema: jsonSchema(endpoint.response, "output") } },
    },
  };
}

function operation(named: NamedEndpoint): Json {
  const { endpoint, name, tag } = named;
  const { access } = endpoint;
  return {
    operationId: name,
    tags: [tag],
    summary: endpoint.summary,
    ...(access.public
      ? { security: [] }
      : { description: `Role ${access.role} or higher; token scope \`${access.scope}\`.` }),
    parameters: [...parametersOf("path", endpoint.params), ...parametersOf("query", endpoint.query)],
    ...requestBody(named),
    responses: { ...successResponse(named), default: problem },
  };
}

export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const named of allEndpoints()) {
    paths[named.endpoint.path] ??= {};
    paths[named.endpoint.path]![named.endpoint.method.toLowerCase()] = operation(named);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Pairwright", version: "1.0.0", license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    servers: [{ url: "/api/v1" }],
    security: [{ bearer: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        session: { type: "apiKey", in: "cookie", name: "next-auth.session-token" },
      },
      schemas: {
        Problem: {
          type: "object",
          required: ["type", "title", "status", "code", "detail", "requestId"],
          properties: {
            type: { type: "string" },
            title: { type: "string" },
            status: { type: "integer" },
            code: { type: "string" },
            detail: { type: "string" },
            requestId: { type: "string" },
            problems: {
              type: "array",
              items: {
                type: "object",
                properties: { path: { type: "string" }, line: { type: "integer" }, message: { type: "string" } },
                required: ["message"],
              },
            },
          },
        },
      },
    },
  };
}
