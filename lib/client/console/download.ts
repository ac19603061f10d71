"use client";
/** Downloads through `fetch`, so that a refusal is shown as a message and not saved as a file. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ProblemError, problemOf } from "../problem";

/** Tells how much has come every so many bytes at most. */
const TELL_EVERY_BYTES = 256 * 1024;

/** The body as it comes; the whole is not known beforehand, since exports are made while they are sent. */
function counted(body: ReadableStream<Uint8Array>, onBytes: (bytes: number) => void): ReadableStream<Uint8Array> {
  let bytes = 0;
  let told = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, out) {
        bytes += chunk.length;
        if (bytes - told >= TELL_EVERY_BYTES) {
          told = bytes;
          onBytes(bytes);
        }
        out.enqueue(chunk);
      },
    }),
  );
}

async function download(url: string, onBytes: (bytes: number) => void): Promise<void> {
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store" }).catch(() => {
    throw new ProblemError("offline", "No answer from the server.", 0);
  });
  if (!response.ok) throw await problemOf(response);
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  const whole = response.body ? new Response(counted(response.body, onBytes)) : response;
  const file = await whole.blob().catch(() => {
    throw new ProblemError("offline", "The download broke off before its end. Try again.", 0);
  });
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name ?? "export";
  link.click();
  URL.revokeObjectURL(address);
}

/** Mutates with the address to fetch; `receivedBytes` counts while it runs. */
export function useDownload() {
  const [receivedBytes, setReceived] = useState(0);
  const mutation = useMutation<void, ProblemError, string>({
    mutationFn: (url) => {
      setReceived(0);
      return download(url, setReceived);
    },
  });
  return { ...mutation, receivedBytes };
}
