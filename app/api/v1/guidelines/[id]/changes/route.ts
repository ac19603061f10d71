import { guidelineChanges } from "@/lib/contracts/guideline-reads";
import { route } from "@/lib/http/route";
import * as reads from "@/lib/services/guidelines/reads";

export const GET = route(guidelineChanges, ({ context, params }) => reads.guidelineChanges(context, params.id));
