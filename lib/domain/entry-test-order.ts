/** The order in which one person sees the questions of a version: random between people, the same at every reload. Server side. */
import type { EntryTestContent } from "./entry-test";
import { seededChoice } from "./seeded";

/** Sections keep their order; questions inside them and the options of a question are shuffled. */
export function orderedFor(content: EntryTestContent, userId: string, versionId: string): EntryTestContent {
  const label = `${userId}:${versionId}`;
  const shuffle = <T extends { id: string }>(items: readonly T[], place: string): T[] =>
    seededChoice(items, ({ id }) => id, items.length, 0, `${label}:${place}`);
  return {
    ...content,
    sections: content.sections.map((section) => ({
      ...section,
      questions: shuffle(section.questions, section.id).map((question) =>
        "options" in question ? { ...question, options: shuffle(question.options, question.id) } : question,
      ),
    })),
  };
}
