import * as contracts from "@/lib/contracts/annotators";
import { route } from "@/lib/http/route";
import { listAnnotatorJudgements } from "@/lib/services/annotators/read";

export const GET = route(contracts.listAnnotatorJudgements, ({ context, params, query }) =>
  listAnnotatorJudgements(context, { ...params, ...query }),
);
