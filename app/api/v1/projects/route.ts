import * as contracts from "@/lib/contracts/projects";
import { route } from "@/lib/http/route";
import { createProject, listProjects } from "@/lib/services/projects/projects";

export const GET = route(contracts.listProjects, ({ context }) => listProjects(context));
export const POST = route(contracts.createProject, ({ context, body }) => createProject(context, body));
