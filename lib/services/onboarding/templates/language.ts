/** Test 1: grammar, reading, writing. 50 minutes; 90% on part I, mean 4 on parts II and III (paper A.5.4). */
import type { EntryTestContent } from "@/lib/domain/entry-test";
import { choice, choices, essay, rule, say, section } from "./shape";

const RUBRIC = say(
  `**5** no errors; clear, well ordered, right tone, nothing superfluous
**4** one or two slips that do not disturb; clear and complete
**3** understandable, but several errors, or the order or tone is off
**2** errors or gaps that make one read twice
**1** hard to understand, or does not do what was asked`,
  `**5점** 오류 없음. 명확하고 순서가 좋으며 어조가 알맞고 군더더기가 없음
**4점** 거슬리지 않는 실수가 한두 개. 명확하고 빠진 것이 없음
**3점** 이해는 되지만 오류가 여러 개이거나 순서·어조가 어색함
**2점** 오류나 빠진 내용 때문에 두 번 읽어야 함
**1점** 이해하기 어렵거나 요청한 일을 하지 않음`,
);

const grammar = [
  choice(
    "g1",
    ["Which sentence is correct?", "다음 중 맞춤법에 맞는 문장은 무엇입니까?"],
    [
      ["Neither of the answers mentions the deadline.", "며칠 뒤에 다시 확인해 보겠습니다."],
      ["Neither of the answers mention of the deadline.", "몇일 뒤에 다시 확인해 보겠습니다."],
      ["Neither of the answers are mentioning the deadline.", "몇 일 뒤에 다시 확인해 보겠습니다."],
      ["Neither of the answer mentions the deadline.", "며 칠 뒤에 다시 확인해 보겠습니다."],
    ],
    [
      "“Neither of” takes a plural noun and a singular verb.",
      "‘며칠’은 언제나 한 단어로 이어 적습니다. ‘몇일’이라는 표기는 없습니다.",
    ],
  ),
  choice(
    "g2",
    [
      "Choose the word that fits: “The new policy will ___ everyone who works at night.”",
      "빈칸에 알맞은 말은 무엇입니까? “회의 시간이 ___ 알려 주세요.”",
    ],
    [
      ["affect", "바뀌면"],
      ["effect", "바끼면"],
      ["effect on", "바뀌여면"],
      ["affection", "바껴면"],
    ],
    ["“Affect” is the verb; “effect” is the noun.", "기본형이 ‘바뀌다’이므로 ‘바뀌면’으로 적습니다."],
  ),
  choice(
    "g3",
    ["Where does the apostrophe belong?", "띄어쓰기가 맞는 문장은 무엇입니까?"],
    [
      ["The dog wagged its tail; it's happy.", "할 수 있는 만큼만 하면 됩니다."],
      ["The dog wagged it's tail; its happy.", "할수 있는 만큼만 하면 됩니다."],
      ["The dog wagged it's tail; it's happy.", "할 수있는 만큼만 하면 됩니다."],
      ["The dog wagged its tail; its' happy.", "할 수 있는만큼만 하면 됩니다."],
    ],
    ["“Its” is the possessive; “it's” stands for “it is”.", "의존 명사 ‘수’와 ‘만큼’은 앞말과 띄어 씁니다."],
  ),
  choice(
    "g4",
    [
      "“Walking home, the rain soaked my coat.” What is wrong with this sentence?",
      "“선생님께서 질문이 계시면 손을 들어 달라고 하셨다.” 이 문장에서 고칠 곳은 무엇입니까?",
    ],
    [
      ["It says that the rain was walking home.", "‘질문이 계시면’을 ‘질문이 있으면’으로 고친다."],
      ["“Soaked” should be “soaks”.", "‘손을’을 ‘손이’로 고친다."],
      ["The comma must go.", "‘하셨다’를 ‘했다’로 고친다."],
      ["Nothing.", "고칠 곳이 없다."],
    ],
    [
      "The subject of “walking” must be the subject of the sentence: “Walking home, I got my coat soaked.”",
      "질문은 높임의 대상이 아니므로 ‘계시다’를 쓰지 않습니다.",
    ],
  ),
  choices(
    "g5",
    [
      "“All trains after nine are cancelled, except the 9:40, which starts from platform 3 instead of 7.” Which statements follow?",
      "“아홉 시 이후 열차는 모두 취소되었습니다. 다만 9시 40분 열차는 7번이 아닌 3번 승강장에서 출발합니다.” 이 글에서 알 수 있는 것을 모두 고르세요.",
    ],
    [
      ["One train after nine still runs.", "아홉 시 이후에도 한 편은 운행한다."],
      ["The 9:40 would normally start from platform 7.", "9시 40분 열차는 원래 7번 승강장에서 출발한다."],
      ["Trains before nine are late.", "아홉 시 이전 열차는 지연된다."],
      ["Platform 7 is closed.", "7번 승강장은 폐쇄되었다."],
    ],
    2,
    [
      "The text says nothing about trains before nine, nor why the platform changed.",
      "아홉 시 이전 열차나 승강장이 바뀐 이유는 글에 나오지 않습니다.",
    ],
  ),
];

const reading = [
  essay(
    "r1",
    [
      "Read the note and sum it up in two sentences for somebody who has no time:\n\n> We tested two versions of the help page for three weeks. The short one was opened as often as the long one, but people who read it wrote to us a third less. Readers of the long one stayed longer on the page, and still asked the same questions afterwards. We will keep the short version and move the rest behind a link.",
      "다음 글을 읽고, 시간이 없는 사람에게 두 문장으로 요약해 주세요.\n\n> 우리는 도움말 페이지의 두 가지 판을 3주 동안 시험했다. 짧은 판은 긴 판만큼 자주 열렸지만, 짧은 판을 읽은 사람의 문의는 3분의 1이 줄었다. 긴 판을 읽은 사람은 페이지에 더 오래 머물렀지만 읽은 뒤에도 같은 질문을 했다. 우리는 짧은 판을 유지하고 나머지는 링크 뒤로 옮기기로 했다.",
    ],
    RUBRIC,
    15,
  ),
  essay(
    "r2",
    [
      "Rewrite this so that it is polite, correct and half as long:\n\n> hi, i am writing you because of the fact that i did not yet recieve no answer to the question which i have asked you last week on the subject of the invoice, please answer it as soon as it is possible for you to do so",
      "다음 글을 공손하고 정확하게, 절반 길이로 고쳐 써 주세요.\n\n> 안녕하세요 제가 글을 쓰는 이유는 지난주에 제가 청구서에 대해서 드렸던 질문에 대해 아직까지도 답변을 받지 못했었기 때문인데요 가능하시다면 되도록 빠른 시일 안에 답변을 해주시면 감사하겠읍니다",
    ],
    RUBRIC,
    12,
  ),
];

const writing = [
  essay(
    "w1",
    [
      "A friend wants to learn to cook but gives up each time. Explain in about 120 words how to begin, and why that way works.",
      "요리를 배우고 싶지만 매번 포기하는 친구가 있습니다. 어떻게 시작하면 좋을지, 왜 그 방법이 통하는지 120단어 안팎으로 설명해 주세요.",
    ],
    RUBRIC,
    80,
  ),
];

export const LANGUAGE: EntryTestContent = {
  title: say("Grammar, reading and writing", "문법, 독해, 글쓰기"),
  intro: say(
    "Three parts in 50 minutes. Part I has keys; reviewers grade parts II and III from 1 to 5. Write in your own words, without help from a model.",
    "세 부분을 50분 안에 풉니다. 1부는 정답이 있고, 2부와 3부는 검토자가 1점에서 5점으로 채점합니다. 모델의 도움 없이 자신의 말로 써 주세요.",
  ),
  minutes: 50,
  cooldownDays: 7,
  attemptsMax: 3,
  gradersPerAnswer: 1,
  sections: [
    section("part-1", ["Part I: grammar and reading", "1부: 문법과 독해"], {
      questions: grammar,
      advice: say(
        "Read each option aloud before you choose. Agreement, apostrophes and who does what cost most people their points.",
        "고르기 전에 선택지를 소리 내어 읽어 보세요. 띄어쓰기와 높임 표현에서 점수를 가장 많이 잃습니다.",
      ),
    }),
    section("part-2", ["Part II: reading and rewriting", "2부: 요약과 고쳐쓰기"], {
      questions: reading,
      advice: say(
        "Say the main point first, keep the facts, leave the rest out.",
        "요점을 먼저 쓰고, 사실은 지키고, 나머지는 덜어 내세요.",
      ),
    }),
    section("part-3", ["Part III: writing", "3부: 글쓰기"], {
      questions: writing,
      advice: say(
        "Decide on two or three points before you write, give each its own paragraph, and read it once more at the end.",
        "쓰기 전에 두세 가지 요점을 정하고, 요점마다 문단을 나누고, 끝나면 한 번 더 읽어 보세요.",
      ),
    }),
  ],
  rules: [
    rule("part-1-right", ["part-1"], "share", "at_least", 0.9),
    rule("written-mean", ["part-2", "part-3"], "mean", "at_least", 4),
  ],
};
