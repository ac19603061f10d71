"use client";
/** Downloads through `fetch`, so that a refusal is shown as a message and not saved as a file. */
import { useMutation } from "@tanstack/react-query";
import { ProblemError, problemOf } from "../problem";

async function download(url: string): Promise<void> {
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store" }).catch(() => {
    throw new ProblemError("offline", "No answer from the server.", 0);
  });
  if (!response.ok) throw await problemOf(response);
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  const file = await response.blob().catch(() => {
    throw new ProblemError("offline", "The download broke off before its end. Try again.", 0);
  });
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name ?? "export";
  link.click();
  URL.revokeObjectURL(address);
}

/** Mutates with the address to fetch. */
export const useDownload = () => useMutation<void, ProblemError, string>({ mutationFn: download });
