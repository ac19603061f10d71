import { readGuideline } from "@/lib/contracts/guideline-reads";
import { route } from "@/lib/http/route";
import * as reads from "@/lib/services/guidelines/reads";

export const POST = route(readGuideline, ({ context, params }) => reads.readGuideline(context, params.id));
