import * as contract from "@/lib/contracts/reviews";
import { route } from "@/lib/http/route";
import { countReviews } from "@/lib/services/reviews/list";

export const GET = route(contract.countReviews, ({ context, query }) => countReviews(context, query));
