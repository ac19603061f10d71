import * as contract from "@/lib/contracts/adjudications";
import { route } from "@/lib/http/route";
import { listGuidelineGaps } from "@/lib/services/adjudications/gaps";

export const GET = route(contract.listGuidelineGaps, ({ context, query }) => listGuidelineGaps(context, query));
