import * as contracts from "@/lib/contracts/notes";
import { route } from "@/lib/http/route";
import { listMyNotes } from "@/lib/services/annotators/notes";

export const GET = route(contracts.listMyNotes, ({ context, query }) => listMyNotes(context, query));
