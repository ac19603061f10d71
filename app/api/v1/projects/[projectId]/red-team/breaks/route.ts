import { getBreaks } from "@/lib/contracts/red-team";
import { route } from "@/lib/http/route";
import { readBreaks } from "@/lib/services/red-team/breaks";

export const GET = route(getBreaks, ({ context, params }) => readBreaks(context, params.projectId));
