"use client";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { Field, Textarea } from "@/app/components/field";
import { ErrorState } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction } from "@/lib/client/console/use-endpoint";
import { sendNote } from "@/lib/contracts/notes";

interface Props {
  projectId: string;
  /** Null = all annotators of the project. */
  to: { userId: string } | null;
  about?: { comparisonId: string; excerpt: string };
  onClose: () => void;
}

/** A word to one annotator, perhaps about one judgement, or to all of them. */
export function SendNote({ projectId, to, about, onClose }: Props) {
  const t = useTranslations("console.sendNote");
  const send = useAction(sendNote);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const body = {
      body: String(new FormData(event.currentTarget).get("body")),
      ...(to ? { userIds: [to.userId] } : {}),
      ...(about ? { comparisonId: about.comparisonId } : {}),
    };
    send.mutate(
      { params: { projectId }, body },
      {
        onSuccess: (done) => {
          toast({ title: t("sent", { count: done?.sent ?? 0 }), tone: "done" });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={to ? t("toOne") : t("toAll")}
      description={about ? t("about", { excerpt: about.excerpt }) : t("hint")}
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("body")}>{(control) => <Textarea {...control} name="body" required maxLength={5000} />}</Field>
        {send.error && <ErrorState error={send.error} kept={t("kept")} />}
        <div>
          <Button type="submit" variant="primary" busy={send.isPending}>
            {t("send")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
