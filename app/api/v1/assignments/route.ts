import * as contract from "@/lib/contracts/assignments";
import { directRoute } from "@/lib/http/route";
import { leaseAssignment } from "@/lib/services/assignments/lease";

export const POST = directRoute(contract.leaseAssignment, ({ context, body }) => leaseAssignment(context, body));
