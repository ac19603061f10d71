import * as contract from "@/lib/contracts/assignments";
import { route } from "@/lib/http/route";
import { skipAssignment } from "@/lib/services/assignments/end";

export const POST = route(contract.skipAssignment, ({ context, params, body }) =>
  skipAssignment(context, { ...params, ...body }),
);
