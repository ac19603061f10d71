import * as contracts from "@/lib/contracts/rejection-sampling";
import { route } from "@/lib/http/route";
import { getRejectionSamplingGroup } from "@/lib/services/rejection-sampling/read";

export const GET = route(contracts.getRejectionSamplingGroup, ({ context, params }) =>
  getRejectionSamplingGroup(context, params.groupId),
);
