/** Test 4: write prompts for at least 6 of 18 topics, with a mean grade above 4 (paper A.5.4). The topics are ours. */
import type { EntryTestContent } from "@/lib/domain/entry-test";
import { rule, say, section, topic } from "./shape";

const RUBRIC = say(
  `**5** a prompt that a real person would write: clear, particular, with the context an answer needs, and worth answering
**4** good, but something an answer needs is missing or too general
**3** understandable, but bland or a copy of a common question
**2** unclear what is wanted
**1** off the topic, empty, or not written by a person`,
  `**5점** 실제 사람이 쓸 법한 글: 명확하고 구체적이며, 답에 필요한 맥락이 있고, 답할 가치가 있음
**4점** 좋지만 필요한 내용이 하나 빠졌거나 너무 일반적임
**3점** 이해는 되지만 밋밋하거나 흔한 질문을 베낌
**2점** 무엇을 원하는지 불분명함
**1점** 주제와 무관하거나 비었거나 사람이 쓴 글이 아님`,
);

const TOPICS: readonly (readonly [en: string, ko: string])[] = [
  ["Ask for help with a letter to an office.", "관공서에 보낼 글을 도와 달라고 하기"],
  ["Ask for an explanation of something in science, for a child.", "과학의 한 가지를 아이에게 설명해 달라고 하기"],
  ["Ask for a plan for a weekend with little money.", "적은 돈으로 보낼 주말 계획을 세워 달라고 하기"],
  ["Give a text and ask for a summary with a purpose.", "글을 주고 목적에 맞게 요약해 달라고 하기"],
  ["Ask for help with a conversation that you dread.", "꺼려지는 대화를 준비해 달라고 하기"],
  ["Ask for a small program and say where it will run.", "작은 프로그램을 부탁하고 어디서 돌릴지 말하기"],
  ["Ask for a comparison of two ways to do something.", "어떤 일의 두 가지 방법을 비교해 달라고 하기"],
  ["Ask for a story with three constraints.", "세 가지 조건을 단 이야기를 부탁하기"],
  ["Ask for corrections of your own text, and which kind.", "자기 글을 고쳐 달라고 하고 어떻게 고칠지 말하기"],
  ["Ask about a rule or a custom of another country.", "다른 나라의 규칙이나 관습을 묻기"],
  ["Ask for a recipe from what is in the house.", "집에 있는 재료로 만들 음식을 묻기"],
  ["Ask a question about history that has no simple answer.", "간단히 답할 수 없는 역사 질문을 하기"],
  ["Ask for help with a sum from daily life.", "생활 속 계산을 도와 달라고 하기"],
  ["Ask the assistant to play a part, and say which.", "어시스턴트에게 역할을 정해 주고 연기해 달라고 하기"],
  ["Ask for arguments on both sides of a question that divides people.", "의견이 갈리는 문제의 양쪽 논거를 부탁하기"],
  ["Ask for a translation where tone matters.", "어조가 중요한 번역을 부탁하기"],
  ["Ask for practice questions for something you learn.", "배우고 있는 것의 연습 문제를 부탁하기"],
  ["Begin a dialogue that needs a second turn.", "두 번째 말이 필요한 대화를 시작하기"],
];

export const WRITING: EntryTestContent = {
  title: say("Writing prompts", "프롬프트 쓰기"),
  intro: say(
    "Choose at least six of the eighteen topics and write a prompt for each, as you would write to an assistant. Reviewers grade each from 1 to 5.",
    "열여덟 가지 주제 가운데 여섯 가지 이상을 골라, 어시스턴트에게 쓰듯 프롬프트를 써 주세요. 검토자가 하나하나 1점에서 5점으로 채점합니다.",
  ),
  minutes: 90,
  cooldownDays: 7,
  attemptsMax: 3,
  gradersPerAnswer: 1,
  sections: [
    section("prompts", ["Prompts", "프롬프트"], {
      questions: TOPICS.map((text, index) => topic(`t${index + 1}`, text, RUBRIC)),
      questionsExpected: 18,
      answersMin: 6,
      advice: say(
        "Think of a moment when you needed this yourself. Say who you are, what you have, what you want, and in which form.",
        "직접 필요했던 순간을 떠올려 보세요. 누구이고, 무엇이 있고, 무엇을 어떤 형식으로 원하는지 쓰세요.",
      ),
    }),
  ],
  rules: [rule("prompts-mean", ["prompts"], "mean", "more_than", 4)],
};
