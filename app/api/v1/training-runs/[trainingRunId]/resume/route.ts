import * as contracts from "@/lib/contracts/training-runs";
import { route } from "@/lib/http/route";
import { resumeTraining } from "@/lib/services/training-runs/cancel";

export const POST = route(contracts.resumeTrainingRun, ({ context, params }) =>
  resumeTraining(context, params.trainingRunId),
);
