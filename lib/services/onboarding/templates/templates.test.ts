import { describe, expect, it } from "vitest";
import { ENTRY_TEST_TEMPLATES } from "@/lib/contracts/entry-tests";
import {
  allQuestions,
  entryTestContentSchema,
  fitRules,
  type Localized,
  missingQuestions,
  publishProblems,
} from "@/lib/domain/entry-test";
import { templateContent } from ".";

const written = ENTRY_TEST_TEMPLATES.filter((name) => name !== "blank");

function localizedIn(value: unknown): Localized[] {
  if (typeof value !== "object" || value === null) return [];
  if (!Array.isArray(value) && "en" in value) return [value as Localized];
  return Object.values(value).flatMap(localizedIn);
}

describe("templates", () => {
  it.each(written)("%s can be published once its rules fit the questions there are", (name) => {
    const content = templateContent(name);
    expect(entryTestContentSchema.parse(content)).toEqual(content);
    expect(publishProblems({ ...content, rules: fitRules(content) })).toEqual([]);
  });

  // Further languages of the interface fall back to English here until somebody translates the questions.
  it.each(written)("%s is written in English and Korean", (name) => {
    const texts = localizedIn(templateContent(name));
    expect(texts.length).toBeGreaterThan(10);
    for (const text of texts)
      for (const locale of ["en", "ko"]) expect(text[locale]?.trim(), JSON.stringify(text)).toBeTruthy();
  });

  it("carry the paper's times, numbers and pass marks", () => {
    const [language, sensitive, ranking, writing] = written.map(templateContent);
    expect(language!.minutes).toBe(50);
    expect(language!.rules).toMatchObject([
      { measure: "share", operator: "at_least", value: 0.9 },
      { sectionIds: ["part-2", "part-3"], measure: "mean", operator: "at_least", value: 4 },
    ]);
    expect(sensitive!.sections[0]!.questionsExpected).toBe(42);
    expect(sensitive!.rules).toMatchObject([
      { measure: "share", value: 0.8 },
      { measure: "mean", operator: "at_least", value: 4 },
    ]);
    expect(ranking!.sections[0]!.questionsExpected).toBe(31);
    expect(ranking!.rules).toMatchObject([{ measure: "count", operator: "more_than", value: 26 }]);
    expect(writing!.sections[0]).toMatchObject({ questionsExpected: 18, answersMin: 6 });
    expect(writing!.rules).toMatchObject([{ measure: "mean", operator: "more_than", value: 4 }]);
    expect(allQuestions(writing!)).toHaveLength(18);
    expect(missingQuestions(ranking!)).toMatchObject([{ expected: 31 }]);
  });

  it("give a copy that a lead may change", () => {
    templateContent("ranking").sections.length = 0;
    expect(templateContent("ranking").sections).toHaveLength(1);
  });
});
