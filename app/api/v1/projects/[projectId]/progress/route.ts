import { getProgress } from "@/lib/contracts/quality";
import { route } from "@/lib/http/route";
import { readProgress } from "@/lib/services/quality/progress";

export const GET = route(getProgress, ({ context, params }) => readProgress(context, params.projectId));
