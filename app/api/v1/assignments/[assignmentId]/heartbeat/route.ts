import * as contract from "@/lib/contracts/assignments";
import { directRoute } from "@/lib/http/route";
import { heartbeatAssignment } from "@/lib/services/assignments/heartbeat";

export const POST = directRoute(contract.heartbeatAssignment, ({ context, params }) =>
  heartbeatAssignment(context, params),
);
