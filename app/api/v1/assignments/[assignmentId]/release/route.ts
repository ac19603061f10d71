import * as contract from "@/lib/contracts/assignments";
import { route } from "@/lib/http/route";
import { releaseAssignment } from "@/lib/services/assignments/end";

export const POST = route(contract.releaseAssignment, ({ context, params }) => releaseAssignment(context, params));
