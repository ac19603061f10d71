"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/components/button";
import { Field, Textarea } from "@/app/components/field";
import { ErrorState } from "@/app/components/states";
import { useAction, useRead } from "@/lib/client/console/use-endpoint";
import { addCaseComment, listCaseComments } from "@/lib/contracts/adjudications";
import { When } from "../parts/when";

/** What reviewers say to one another about an item. Annotators never see it. */
export function Comments({ itemId }: { itemId: string }) {
  const t = useTranslations("console.reviews.comments");
  const list = useRead(listCaseComments, { params: { itemId } });
  const add = useAction(addCaseComment);
  const [body, setBody] = useState("");
  const comments = list.data?.comments ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (body.trim() === "") return;
    add.mutate({ params: { itemId }, body: { body } }, { onSuccess: () => setBody("") });
  };
  return (
    <details className="border-t border-line pt-3">
      <summary className="text-sm font-medium">{t("title", { count: comments.length })}</summary>
      {list.error && <ErrorState className="mt-2" error={list.error} onRetry={() => list.refetch()} />}
      <ol className="mt-2 flex flex-col gap-2">
        {comments.map((comment) => (
          <li key={comment.id}>
            <p className="text-sm text-muted">
              {comment.author} · <When at={comment.createdAt} />
            </p>
            <p dir="auto" className="max-w-read whitespace-pre-wrap">
              {comment.body}
            </p>
          </li>
        ))}
      </ol>
      <form onSubmit={submit} className="mt-3 flex max-w-read flex-col items-start gap-2">
        <Field label={t("add")} hint={t("hint")} className="w-full">
          {(control) => (
            <Textarea {...control} maxLength={10_000} value={body} onChange={(event) => setBody(event.target.value)} />
          )}
        </Field>
        {add.error && <ErrorState error={add.error} kept={t("kept")} />}
        <Button type="submit" size="sm" busy={add.isPending} disabled={body.trim() === ""}>
          {t("send")}
        </Button>
      </form>
    </details>
  );
}
