import { importPairs } from "@/lib/contracts/import";
import { route } from "@/lib/http/route";
import { importUpload } from "@/lib/services/import/upload";

export const POST = route(importPairs, ({ context, params, query, request }) =>
  importUpload(context, { ...params, ...query }, request.body),
);
