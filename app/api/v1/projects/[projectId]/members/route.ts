import * as contracts from "@/lib/contracts/projects";
import { route } from "@/lib/http/route";
import { addMember, listMembers } from "@/lib/services/projects/members";

export const GET = route(contracts.listMembers, ({ context, params }) => listMembers(context, params.projectId));
export const POST = route(contracts.addMember, ({ context, params, body }) =>
  addMember(context, { ...params, ...body }),
);
