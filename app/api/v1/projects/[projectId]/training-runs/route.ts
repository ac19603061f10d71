import * as contracts from "@/lib/contracts/training-runs";
import { route } from "@/lib/http/route";
import { createTrainingRun } from "@/lib/services/training-runs/create";
import { listTrainingRuns } from "@/lib/services/training-runs/read";

export const GET = route(contracts.listTrainingRuns, ({ context, params, query }) =>
  listTrainingRuns(context, { ...params, ...query }),
);
export const POST = route(contracts.createTrainingRun, ({ context, params, body }) =>
  createTrainingRun(context, { ...params, ...body }),
);
