import * as contracts from "@/lib/contracts/notes";
import { route } from "@/lib/http/route";
import { countMyNotes } from "@/lib/services/annotators/notes";

export const GET = route(contracts.countMyNotes, ({ context, query }) => countMyNotes(context, query.projectId));
