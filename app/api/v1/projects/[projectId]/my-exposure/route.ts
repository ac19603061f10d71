import { getMyExposure } from "@/lib/contracts/welfare";
import { route } from "@/lib/http/route";
import { readMyExposure } from "@/lib/services/welfare/my-exposure";

export const GET = route(getMyExposure, ({ context, params }) => readMyExposure(context, params.projectId));
