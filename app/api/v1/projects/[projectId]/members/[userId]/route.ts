import * as contracts from "@/lib/contracts/projects";
import { route } from "@/lib/http/route";
import { removeMember } from "@/lib/services/projects/members";

export const DELETE = route(contracts.removeMember, ({ context, params }) =>
  removeMember(context, params).then(() => null),
);
