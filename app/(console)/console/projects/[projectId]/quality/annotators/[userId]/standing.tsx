"use client";
import { Pause, Play } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { Field, Textarea } from "@/app/components/field";
import { ErrorState } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction } from "@/lib/client/console/use-endpoint";
import { type AnnotatorDetails, pauseAnnotator, resumeAnnotator } from "@/lib/contracts/annotators";

/** Pauses or lets go on, after asking for a word that the annotator will read. */
export function StandingButton({ projectId, annotator }: { projectId: string; annotator: AnnotatorDetails }) {
  const t = useTranslations("console.annotator");
  const [asking, setAsking] = useState(false);
  const paused = annotator.paused !== null;
  const change = useAction(paused ? resumeAnnotator : pauseAnnotator);
  const verb = paused ? "resume" : "pause";
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget).get("note"));
    change.mutate(
      { params: { projectId, userId: annotator.userId }, body: { note } },
      {
        onSuccess: () => {
          toast({ title: t(`${verb}.done`), tone: "done" });
          setAsking(false);
        },
      },
    );
  };
  return (
    <>
      <Button
        variant={paused ? "primary" : "secondary"}
        icon={paused ? <Play size={16} aria-hidden /> : <Pause size={16} aria-hidden />}
        onClick={() => setAsking(true)}
      >
        {t(`${verb}.button`)}
      </Button>
      {asking && (
        <Dialog
          open
          onOpenChange={setAsking}
          title={t(`${verb}.title`, { name: annotator.name })}
          description={t(`${verb}.hint`)}
        >
          <form onSubmit={submit} className="flex flex-col gap-4">
            <Field label={t("note")} hint={t("noteHint")}>
              {(control) => <Textarea {...control} name="note" maxLength={2000} />}
            </Field>
            {change.error && <ErrorState error={change.error} />}
            <div>
              <Button type="submit" variant={paused ? "primary" : "danger"} busy={change.isPending}>
                {t(`${verb}.button`)}
              </Button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}
