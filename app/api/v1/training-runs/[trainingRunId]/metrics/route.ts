import * as contracts from "@/lib/contracts/training-runs";
import { route } from "@/lib/http/route";
import { listTrainingMetrics } from "@/lib/services/training-runs/read";

export const GET = route(contracts.listTrainingMetrics, ({ context, params, query }) =>
  listTrainingMetrics(context, { ...params, ...query }),
);
