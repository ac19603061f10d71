import * as contracts from "@/lib/contracts/notes";
import { route } from "@/lib/http/route";
import { readMyNotes } from "@/lib/services/annotators/notes";

export const POST = route(contracts.readMyNotes, ({ context, body }) => readMyNotes(context, body.projectId));
