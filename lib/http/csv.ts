/** A CSV file as a download, sent while it is made. */
import { Readable } from "node:stream";

export const csvResponse = (file: { fileName: string; bytes: AsyncIterable<Buffer> }): Response =>
  new Response(Readable.toWeb(Readable.from(file.bytes)) as ReadableStream, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${file.fileName}"`,
      "x-content-type-options": "nosniff",
    },
  });
