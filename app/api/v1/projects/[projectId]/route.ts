import * as contracts from "@/lib/contracts/projects";
import { route } from "@/lib/http/route";
import { getProject, updateProject } from "@/lib/services/projects/projects";

export const GET = route(contracts.getProject, ({ context, params }) => getProject(context, params.projectId));
export const PATCH = route(contracts.updateProject, ({ context, params, body }) =>
  updateProject(context, { ...params, ...body }),
);
