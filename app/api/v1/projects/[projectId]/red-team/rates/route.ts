import { getViolationRates } from "@/lib/contracts/red-team";
import { route } from "@/lib/http/route";
import { readRates } from "@/lib/services/red-team/rates";

export const GET = route(getViolationRates, ({ context, params, query }) =>
  readRates(context, { ...params, ...query }),
);
