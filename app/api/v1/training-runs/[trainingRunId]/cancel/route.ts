import * as contracts from "@/lib/contracts/training-runs";
import { route } from "@/lib/http/route";
import { cancelTraining } from "@/lib/services/training-runs/cancel";

export const POST = route(contracts.cancelTrainingRun, ({ context, params }) =>
  cancelTraining(context, params.trainingRunId),
);
