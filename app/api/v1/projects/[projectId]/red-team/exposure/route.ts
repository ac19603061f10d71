import { listExposure } from "@/lib/contracts/red-team";
import { route } from "@/lib/http/route";
import { readExposure } from "@/lib/services/red-team/exposure";

export const GET = route(listExposure, ({ context, params }) => readExposure(context, params.projectId));
