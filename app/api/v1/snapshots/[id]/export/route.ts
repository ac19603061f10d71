import { Readable } from "node:stream";
import * as contracts from "@/lib/contracts/snapshots";
import { route } from "@/lib/http/route";
import { exportSnapshot } from "@/lib/services/export/export";

export const GET = route(contracts.exportSnapshot, async ({ context, params, query }) => {
  const file = await exportSnapshot(context, { ...params, ...query });
  return new Response(Readable.toWeb(Readable.from(file.bytes)) as ReadableStream, {
    headers: {
      "content-type": file.contentType,
      "content-disposition": `attachment; filename="${file.fileName}"`,
      "x-content-type-options": "nosniff",
    },
  });
});
