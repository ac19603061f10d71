import * as contracts from "@/lib/contracts/notes";
import { route } from "@/lib/http/route";
import { listAnnotatorNotes } from "@/lib/services/annotators/notes";

export const GET = route(contracts.listAnnotatorNotes, ({ context, params, query }) =>
  listAnnotatorNotes(context, { ...params, ...query }),
);
