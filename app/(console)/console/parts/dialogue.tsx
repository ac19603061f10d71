"use client";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Markdown } from "@/app/components/markdown";

export interface DialogueMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

/** Turns one below another, each with who speaks; `mark` adds a note beside a turn. */
export function Dialogue({
  messages,
  mark,
}: {
  messages: DialogueMessage[];
  mark?: (message: DialogueMessage, index: number) => ReactNode;
}) {
  const t = useTranslations("console.roles");
  return (
    <ol className="flex flex-col gap-3">
      {messages.map((message, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: turns never move
        <li key={index} className={message.role === "assistant" ? "border-l-2 border-line-strong pl-3" : "pl-3.5"}>
          <p className="flex items-center gap-2 text-xs font-medium text-muted">
            {t(message.role)} {mark?.(message, index)}
          </p>
          <Markdown text={message.content} />
        </li>
      ))}
    </ol>
  );
}
