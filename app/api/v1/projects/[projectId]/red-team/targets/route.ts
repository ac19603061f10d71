import { setRedTeamTarget } from "@/lib/contracts/red-team";
import { route } from "@/lib/http/route";
import { setTarget } from "@/lib/services/red-team/coverage";

export const PUT = route(setRedTeamTarget, ({ context, params, body }) => setTarget(context, { ...params, ...body }));
