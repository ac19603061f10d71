"use client";
import { useLocale, useTranslations } from "next-intl";
import { Button } from "@/app/components/button";
import { Dialog } from "@/app/components/dialog";
import { ErrorState } from "@/app/components/states";
import { toast } from "@/app/components/toast";
import { useAction } from "@/lib/client/console/use-endpoint";
import { type EntryTest, publishEntryTest } from "@/lib/contracts/entry-tests";
import {
  type EntryTestContent,
  missingQuestions,
  pickText,
  publishProblems,
  type TestProblem,
} from "@/lib/domain/entry-test";

/** What is wrong, in words, with the place it is at. */
export function ProblemList({ content, problems }: { content: EntryTestContent; problems: TestProblem[] }) {
  const t = useTranslations("console.onboarding.problems");
  const locale = useLocale();
  const place = ({ sectionId, questionId, ruleId }: TestProblem) => {
    const section = content.sections.findIndex(({ id }) => id === sectionId);
    const title = content.sections[section] ? pickText(content.sections[section].title, locale) : "";
    const question = content.sections[section]?.questions.findIndex(({ id }) => id === questionId) ?? -1;
    const rule = content.rules.findIndex(({ id }) => id === ruleId);
    return [
      section >= 0 && (title || t("section", { number: section + 1 })),
      question >= 0 && t("question", { number: question + 1 }),
      rule >= 0 && t("rule", { number: rule + 1 }),
    ]
      .filter(Boolean)
      .join(" · ");
  };
  return (
    <ul className="flex list-disc flex-col gap-1 pl-5">
      {problems.map((problem) => (
        <li key={`${problem.code}${problem.sectionId}${problem.questionId}${problem.ruleId}`}>
          {place(problem) && <b>{place(problem)}: </b>}
          {t(`codes.${problem.code}`)}
        </li>
      ))}
    </ul>
  );
}

interface Props {
  test: EntryTest;
  content: EntryTestContent;
  basedOn: string;
  onClose: () => void;
}

/** Says how far the test is from the paper's, and lets the lead decide. */
export function PublishTest({ test, content, basedOn, onClose }: Props) {
  const t = useTranslations("console.onboarding.publish");
  const locale = useLocale();
  const publish = useAction(publishEntryTest);
  const problems = publishProblems(content);
  const missing = missingQuestions(content);
  const titleOf = (id: string) => pickText(content.sections.find((section) => section.id === id)?.title ?? {}, locale);
  const confirm = () =>
    publish.mutate(
      { params: { testId: test.id }, body: { basedOn } },
      {
        onSuccess: () => {
          toast({ title: t("done"), tone: "done" });
          onClose();
        },
      },
    );
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("title")} description={t("text")}>
      <div className="flex flex-col gap-4">
        {problems.length > 0 && (
          <div>
            <p className="mb-1 font-medium">{t("notReady")}</p>
            <ProblemList content={content} problems={problems} />
          </div>
        )}
        {missing.map(({ sectionId, have, expected }) => (
          <p key={sectionId} className="rounded-md bg-warn-soft px-3 py-2">
            {t("missing", { title: titleOf(sectionId), have, expected, count: expected - have })}
          </p>
        ))}
        {publish.error && <ErrorState error={publish.error} />}
        <div>
          <Button variant="primary" busy={publish.isPending} disabled={problems.length > 0} onClick={confirm}>
            {missing.length > 0 ? t("anyway") : t("publish")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
