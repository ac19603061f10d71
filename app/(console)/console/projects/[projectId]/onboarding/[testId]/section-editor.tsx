"use client";
import { ArrowUp, Plus, Trash2 } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { Button, IconButton } from "@/app/components/button";
import { Section as Card } from "@/app/components/card";
import { Select } from "@/app/components/field";
import { toast } from "@/app/components/toast";
import {
  type EntryTestContent,
  pickText,
  QUESTION_KINDS,
  type Question,
  type Section,
  type TestProblem,
} from "@/lib/domain/entry-test";
import { LocalizedField } from "./localized-field";
import { newQuestion } from "./new-parts";
import { NumberField } from "./number-field";
import { QuestionEditor } from "./question-editor";

export type Change = (update: (content: EntryTestContent) => EntryTestContent) => void;

const withSection = (
  content: EntryTestContent,
  id: string,
  update: (section: Section) => Section,
): EntryTestContent => ({
  ...content,
  sections: content.sections.map((section) => (section.id === id ? update(section) : section)),
});

interface Props {
  section: Section;
  index: number;
  problems: TestProblem[];
  onChange: Change;
}

export function SectionEditor({ section, index, problems, onChange }: Props) {
  const t = useTranslations("console.onboarding.editor");
  const locale = useLocale();
  const set = (patch: Partial<Section>) =>
    onChange((content) => withSection(content, section.id, (old) => ({ ...old, ...patch })));
  const removed = useRemoval(onChange);
  const up = () => onChange((content) => ({ ...content, sections: movedUp(content.sections, index) }));
  return (
    <Card
      title={pickText(section.title, locale) || t("section", { number: index + 1 })}
      description={
        section.questionsExpected === null
          ? t("questionCount", { count: section.questions.length })
          : t("questionCountOf", { count: section.questions.length, expected: section.questionsExpected })
      }
      actions={
        <>
          <IconButton label={t("sectionUp", { number: index + 1 })} disabled={index === 0} onClick={up}>
            <ArrowUp size={16} aria-hidden />
          </IconButton>
          <IconButton
            label={t("removeSection", { number: index + 1 })}
            onClick={() =>
              removed(t("sectionRemoved"), (content) => ({
                ...content,
                sections: content.sections.filter(({ id }) => id !== section.id),
                rules: content.rules.map((rule) => ({
                  ...rule,
                  sectionIds: rule.sectionIds.filter((id) => id !== section.id),
                })),
              }))
            }
          >
            <Trash2 size={16} aria-hidden />
          </IconButton>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <LocalizedField label={t("sectionTitle")} value={section.title} onChange={(title) => set({ title })} />
        <LocalizedField label={t("sectionIntro")} value={section.intro} rows={2} onChange={(intro) => set({ intro })} />
        <LocalizedField
          label={t("advice")}
          hint={t("adviceHint")}
          value={section.advice}
          rows={2}
          onChange={(advice) => set({ advice })}
        />
        <div className="max-w-xs">
          <NumberField
            label={t("answersMin")}
            hint={t("answersMinHint")}
            value={section.answersMin}
            min={1}
            max={500}
            empty
            onChange={(answersMin) => set({ answersMin })}
          />
        </div>
        <Questions section={section} problems={problems} onChange={onChange} />
      </div>
    </Card>
  );
}

const movedUp = <T,>(items: readonly T[], index: number): T[] =>
  items.map((item, at) => (at === index - 1 ? items[index]! : at === index ? items[index - 1]! : item));

/** Takes something away and offers to put it back. */
function useRemoval(onChange: Change) {
  const t = useTranslations("console.onboarding.editor");
  return (title: string, update: (content: EntryTestContent) => EntryTestContent) => {
    let before: EntryTestContent | undefined;
    onChange((content) => {
      before = content;
      return update(content);
    });
    const run = () => onChange((content) => before ?? content);
    toast({ title, durationMs: 8000, action: { label: t("undo"), run } });
  };
}

function Questions({ section, problems, onChange }: Omit<Props, "index">) {
  const t = useTranslations("console.onboarding.editor");
  const [kind, setKind] = useState<Question["kind"]>(section.questions.at(-1)?.kind ?? "single_choice");
  const removed = useRemoval(onChange);
  const setQuestions = (update: (questions: Question[]) => Question[]) => (content: EntryTestContent) =>
    withSection(content, section.id, (old) => ({ ...old, questions: update(old.questions) }));
  return (
    <div className="flex flex-col gap-2">
      {section.questions.map((question, index) => (
        <QuestionEditor
          key={question.id}
          number={index + 1}
          question={question}
          faulty={problems.some(({ questionId }) => questionId === question.id)}
          onChange={(next) =>
            onChange(setQuestions((all) => all.map((other) => (other.id === question.id ? next : other))))
          }
          onRemove={() =>
            removed(
              t("questionRemoved"),
              setQuestions((all) => all.filter(({ id }) => id !== question.id)),
            )
          }
        />
      ))}
      <div className="flex flex-wrap items-center gap-2">
        <Select
          aria-label={t("kind")}
          value={kind}
          onChange={(event) => setKind(QUESTION_KINDS.find((value) => value === event.target.value) ?? "single_choice")}
          className="w-auto"
        >
          {QUESTION_KINDS.map((value) => (
            <option key={value} value={value}>
              {t(`kinds.${value}`)}
            </option>
          ))}
        </Select>
        <Button
          icon={<Plus size={16} aria-hidden />}
          onClick={() => onChange(setQuestions((all) => [...all, newQuestion(kind)]))}
        >
          {t("addQuestion")}
        </Button>
      </div>
    </div>
  );
}
