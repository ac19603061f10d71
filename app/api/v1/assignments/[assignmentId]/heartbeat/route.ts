import * as contract from "@/lib/contracts/assignments";
import { route } from "@/lib/http/route";
import { heartbeatAssignment } from "@/lib/services/assignments/heartbeat";

export const POST = route(contract.heartbeatAssignment, ({ context, params }) => heartbeatAssignment(context, params));
