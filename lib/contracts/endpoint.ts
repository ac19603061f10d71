/** One endpoint = one value: method, path, who may call it, what goes in and out. Routes, OpenAPI and the authorisation matrix come from it. */
import type { z } from "zod";
import type { Role, Scope } from "@/lib/domain/roles";

export type Access = { public: true } | { public?: false; role: Role; scope: Scope };
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  method: Method;
  /** Below /api/v1, parameters in braces: "/projects/{projectId}/import". */
  path: string;
  summary: string;
  access: Access;
  params?: Params;
  query?: Query;
  /** Request headers the handler parses itself, names in lower case: `idempotency-key`. */
  headers?: z.ZodType;
  /** JSON body. Absent on a mutation = no body, or a raw stream that the handler reads. */
  body?: Body;
  /** Media type of a raw request body, e.g. "application/x-ndjson". */
  rawBody?: string;
  /** Absent = 204, or a raw stream (`rawResponse`). */
  response?: Result;
  rawResponse?: string;
  status?: number;
  /** For the OpenAPI document, where one made from the schema would not do; a test holds it to the schema. */
  example?: {
    query?: Record<string, unknown>;
    body?: z.input<Body>;
    response?: z.output<Result>;
  };
}

export function defineEndpoint<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  endpoint: Endpoint<P, Q, B, R>,
): Endpoint<P, Q, B, R> {
  return endpoint;
}
