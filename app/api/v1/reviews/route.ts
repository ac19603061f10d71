import * as contract from "@/lib/contracts/reviews";
import { route } from "@/lib/http/route";
import { listReviewQueue } from "@/lib/services/reviews/list";

export const GET = route(contract.listReviewQueue, ({ context, query }) => listReviewQueue(context, query));
