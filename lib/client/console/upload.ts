/** Sends a file as the raw body of an endpoint, straight from disk, and tells how far it is: fetch cannot report upload progress. */
import type { z } from "zod";
import { importPairs } from "@/lib/contracts/import";
import { pathOf } from "../call";
import { ProblemError, problemOf } from "../problem";

export type ImportReport = z.output<NonNullable<typeof importPairs.response>>;
export type ImportQuery = z.input<NonNullable<typeof importPairs.query>>;

export interface Upload {
  projectId: string;
  file: File;
  query: ImportQuery;
  /** Share of the bytes sent, 0..1. */
  onProgress: (fraction: number) => void;
}

function answerOf(request: XMLHttpRequest): Promise<ImportReport> | ImportReport {
  if (request.status !== 201) {
    const headers = { "content-type": "application/json" };
    const { status, statusText } = request;
    return problemOf(new Response(request.responseText, { status, statusText, headers })).then((problem) => {
      throw problem;
    });
  }
  const parsed = importPairs.response!.safeParse(JSON.parse(request.responseText));
  if (!parsed.success) throw new ProblemError("unreadable", "The import report has an unknown shape.", 200);
  return parsed.data;
}

/** Throws ProblemError; its `problems` name the lines. Nothing was imported then. */
export function uploadPairs({ projectId, file, query, onProgress }: Upload): Promise<ImportReport> {
  return new Promise<ImportReport>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(importPairs.method, pathOf(importPairs.path, { projectId }, query));
    request.setRequestHeader("content-type", "application/x-ndjson");
    request.upload.onprogress = (event) => onProgress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () =>
      reject(new ProblemError("offline", "The connection broke while sending. Nothing was imported.", 0));
    request.onload = () => {
      try {
        resolve(answerOf(request));
      } catch (error) {
        reject(error);
      }
    };
    request.send(file);
  });
}
