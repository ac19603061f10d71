"use client";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { Button } from "@/app/components/button";
import { Section } from "@/app/components/card";
import { Field, Input } from "@/app/components/field";
import { toast } from "@/app/components/toast";
import { useAction } from "@/lib/client/console/use-endpoint";
import { type AnnotatorDetails, updateAnnotator } from "@/lib/contracts/annotators";

/** Tags in one field, commas between: the list is short and known by heart. */
export function LanguagesSection({ projectId, annotator }: { projectId: string; annotator: AnnotatorDetails }) {
  const t = useTranslations("console.annotator.languages");
  const update = useAction(updateAnnotator);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const languages = String(new FormData(event.currentTarget).get("languages"))
      .split(/[\s,]+/)
      .map((tag) => tag.toLowerCase())
      .filter((tag) => tag !== "");
    update.mutate(
      { params: { projectId, userId: annotator.userId }, body: { languages } },
      { onSuccess: () => void toast({ title: t("saved"), tone: "done" }) },
    );
  };
  return (
    <Section title={t("title")} description={t("description")}>
      <form onSubmit={submit} className="flex items-start gap-2">
        <Field label={t("tags")} hint={t("hint")} error={update.error?.message} className="flex-1">
          {(control) => <Input {...control} name="languages" defaultValue={annotator.languages.join(", ")} />}
        </Field>
        <Button type="submit" busy={update.isPending} className="mt-6">
          {t("save")}
        </Button>
      </form>
    </Section>
  );
}
