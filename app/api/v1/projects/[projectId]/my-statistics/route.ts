import { getMyStatistics } from "@/lib/contracts/welfare";
import { route } from "@/lib/http/route";
import { readMyStatistics } from "@/lib/services/welfare/my-statistics";

export const GET = route(getMyStatistics, ({ context, params }) => readMyStatistics(context, params.projectId));
