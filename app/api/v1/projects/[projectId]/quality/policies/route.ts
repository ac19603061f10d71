import { getPolicyRatings } from "@/lib/contracts/quality";
import { route } from "@/lib/http/route";
import { readPolicyRatings } from "@/lib/services/quality/policies";

export const GET = route(getPolicyRatings, ({ context, params, query }) =>
  readPolicyRatings(context, { ...params, ...query }),
);
