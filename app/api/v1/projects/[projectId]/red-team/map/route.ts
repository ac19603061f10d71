import { getRedTeamCoverage } from "@/lib/contracts/red-team";
import { route } from "@/lib/http/route";
import { readCoverage } from "@/lib/services/red-team/coverage";

export const GET = route(getRedTeamCoverage, ({ context, params, query }) =>
  readCoverage(context, { ...params, ...query }),
);
