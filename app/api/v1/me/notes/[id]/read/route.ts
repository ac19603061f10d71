import * as contracts from "@/lib/contracts/notes";
import { route } from "@/lib/http/route";
import { readMyNote } from "@/lib/services/annotators/notes";

export const POST = route(contracts.readMyNote, ({ context, params }) => readMyNote(context, params.id));
