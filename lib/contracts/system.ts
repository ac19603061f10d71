import { z } from "zod";
import { defineEndpoint } from "./endpoint";

export const getOpenApi = defineEndpoint({
  method: "GET",
  path: "/openapi.json",
  summary: "This API as OpenAPI 3.1",
  access: { public: true },
  response: z.record(z.string(), z.unknown()),
});
