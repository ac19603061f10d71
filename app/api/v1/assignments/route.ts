import * as contract from "@/lib/contracts/assignments";
import { route } from "@/lib/http/route";
import { leaseAssignment } from "@/lib/services/assignments/lease";

export const POST = route(contract.leaseAssignment, ({ context, body }) => leaseAssignment(context, body));
