import { getPromptNovelty } from "@/lib/contracts/red-team";
import { route } from "@/lib/http/route";
import { readNovelty } from "@/lib/services/red-team/novelty";

export const GET = route(getPromptNovelty, ({ context, params }) => readNovelty(context, params.projectId));
