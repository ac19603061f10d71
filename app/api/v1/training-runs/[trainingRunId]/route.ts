import * as contracts from "@/lib/contracts/training-runs";
import { route } from "@/lib/http/route";
import { getTrainingRun } from "@/lib/services/training-runs/read";

export const GET = route(contracts.getTrainingRun, ({ context, params }) =>
  getTrainingRun(context, params.trainingRunId),
);
