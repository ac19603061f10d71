import * as contracts from "@/lib/contracts/rejection-sampling";
import { route } from "@/lib/http/route";
import { listRejectionSamplingGroups } from "@/lib/services/rejection-sampling/read";

export const GET = route(contracts.listRejectionSamplingGroups, ({ context, params, query }) =>
  listRejectionSamplingGroups(context, { ...params, ...query }),
);
