import * as contracts from "@/lib/contracts/projects";
import { route } from "@/lib/http/route";
import { createGuideline, listGuidelines } from "@/lib/services/guidelines/guidelines";

export const GET = route(contracts.listGuidelines, ({ context, params }) => listGuidelines(context, params.projectId));
export const POST = route(contracts.createGuideline, ({ context, params, body }) =>
  createGuideline(context, { ...params, ...body }),
);
