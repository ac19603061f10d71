import * as contract from "@/lib/contracts/reviews";
import { route } from "@/lib/http/route";
import { claimReviews } from "@/lib/services/reviews/list";

export const POST = route(contract.claimReviews, ({ context, body }) => claimReviews(context, body));
