import * as contract from "@/lib/contracts/red-team";
import { route } from "@/lib/http/route";
import { scoreBreaks } from "@/lib/services/red-team/breaks";

export const POST = route(contract.scoreBreaks, ({ context, params }) => scoreBreaks(context, params.projectId));
