import * as contracts from "@/lib/contracts/notes";
import { route } from "@/lib/http/route";
import { sendNote } from "@/lib/services/annotators/notes";

export const POST = route(contracts.sendNote, ({ context, params, body }) => sendNote(context, { ...params, ...body }));
