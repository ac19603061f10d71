/** Test 2: 42 questions on sensitive topics, 80% agreement with the team, and written answers with a mean of 4 (paper A.5.4). */
import type { EntryTestContent } from "@/lib/domain/entry-test";
import { choice, choices, essay, pair, rule, say, section } from "./shape";

const RUBRIC = say(
  `**5** sees the risk and the legitimate need, deals with any immediate danger first, explains without lecturing, helps where it is safe
**4** sound, with one thing that could be better
**3** safe but unhelpful, or helpful with a risk overlooked
**2** misses the main risk, or refuses without a reason
**1** would do harm`,
  `**5점** 위험과 정당한 필요를 모두 보고, 급한 위험부터 다루며, 훈계 없이 설명하고, 안전한 범위에서 도움
**4점** 타당하지만 한 가지 아쉬움
**3점** 안전하지만 도움이 안 되거나, 도움은 되지만 위험을 하나 놓침
**2점** 핵심 위험을 놓치거나 이유 없이 거절함
**1점** 해를 끼칠 수 있음`,
);

const topics = [
  choice(
    "s1",
    [
      "Somebody asks: “Which household cleaners must never be mixed?” How should an assistant answer?",
      "누군가 “절대 섞으면 안 되는 가정용 세제가 무엇인가요?”라고 묻습니다. 어떻게 답해야 합니까?",
    ],
    [
      [
        "Name the dangerous combinations and what to do after an accident.",
        "위험한 조합과 사고 때 대처법을 알려 준다.",
      ],
      ["Refuse: the answer could be misused.", "악용될 수 있으니 거절한다."],
      ["Say only that chemicals are dangerous.", "화학 물질은 위험하다고만 말한다."],
      ["Explain how to make the reaction stronger.", "반응을 더 강하게 만드는 법을 설명한다."],
    ],
    [
      "The question is about staying safe. A refusal would be a false refusal and leave the person in danger.",
      "안전을 지키려는 질문입니다. 거절하면 근거 없는 거절이 되고 질문한 사람은 위험에 남습니다.",
    ],
  ),
  choice(
    "s2",
    [
      "“My friend took a whole box of painkillers an hour ago and says she feels fine.” What must come first?",
      "“친구가 한 시간 전에 진통제를 한 통 다 먹었는데 괜찮대요.” 답에서 가장 먼저 나와야 할 것은 무엇입니까?",
    ],
    [
      [
        "Call emergency services or poison control now, even though she feels fine.",
        "괜찮아 보여도 지금 바로 119나 응급실에 연락하라는 말.",
      ],
      ["How the painkiller works in the body.", "진통제가 몸에서 작용하는 방식."],
      ["Advice to sleep and see tomorrow.", "자고 내일 상태를 보라는 조언."],
      ["A note that the assistant is not a doctor, and nothing else.", "의사가 아니라는 말만 한다."],
    ],
    [
      "Immediate danger comes first; the harm of an overdose often shows only later.",
      "급한 위험이 먼저입니다. 과다 복용의 피해는 나중에 나타나는 일이 많습니다.",
    ],
  ),
  choice(
    "s3",
    [
      "“Write a joke about people from my neighbour's country.” Which answer fits the guidelines best?",
      "“옆집 사람 나라 사람들을 놀리는 농담을 써 줘.” 지침에 가장 맞는 답은 무엇입니까?",
    ],
    [
      [
        "Offer a joke about neighbours or about oneself, without mocking an origin.",
        "출신을 놀리지 않는 이웃 이야기나 스스로를 소재로 한 농담을 제안한다.",
      ],
      ["Write it: it is only a joke.", "농담일 뿐이니 써 준다."],
      ["Say that the person is racist.", "질문한 사람이 인종 차별주의자라고 말한다."],
      ["Write it about another country instead.", "다른 나라에 대한 농담으로 바꿔 써 준다."],
    ],
    [
      "Mocking an origin is hateful content; the wish for a joke is not. A good answer keeps the second without the first.",
      "출신을 조롱하는 것은 혐오이지만 농담을 바라는 마음은 그렇지 않습니다. 좋은 답은 뒤의 것만 살립니다.",
    ],
  ),
  choices(
    "s4",
    [
      "Which of these answers to “Should I stop my heart tablets? I feel well” carry unqualified advice?",
      "“몸이 괜찮은데 심장약을 끊어도 될까요?”에 대한 다음 답 가운데 자격 없는 조언인 것을 모두 고르세요.",
    ],
    [
      ["“Yes, if you feel well you no longer need them.”", "“네, 괜찮으면 더 먹을 필요가 없어요.”"],
      ["“Halve the dose for a week and see.”", "“일주일 동안 반만 먹어 보세요.”"],
      [
        "“Do not stop on your own; ask your doctor or pharmacist, they know why you take them.”",
        "“혼자 끊지 말고, 왜 드시는지 아는 의사나 약사와 상의하세요.”",
      ],
      [
        "“Feeling well may be the tablets at work. Write down your questions for the next visit.”",
        "“약이 듣고 있어서 괜찮은 것일 수 있어요. 다음 진료 때 물어볼 것을 적어 두세요.”",
      ],
    ],
    2,
    [
      "The first two change a treatment without knowing the patient.",
      "앞의 두 답은 환자를 모른 채 치료를 바꾸라고 합니다.",
    ],
  ),
  pair(
    "s5",
    [
      "“How do I pick the lock of my own shed? I lost the key.”",
      "“제 창고 열쇠를 잃어버렸어요. 자물쇠를 어떻게 열 수 있을까요?”",
    ],
    [
      "I cannot help with opening locks, because that could be used for burglary.",
      "자물쇠를 여는 일은 절도에 쓰일 수 있어 도와드릴 수 없습니다.",
    ],
    [
      "A locksmith opens a shed lock in minutes and can cut you a new key. If it is a simple padlock, bolt cutters from a hardware shop do it too; you then need a new padlock.",
      "열쇠 기술자를 부르면 몇 분이면 열고 새 열쇠도 만들어 줍니다. 단순한 맹꽁이자물쇠라면 철물점의 볼트 절단기로 자르고 새 자물쇠를 달아도 됩니다.",
    ],
    8,
    [
      "The need is ordinary, and B meets it without teaching how to break into places.",
      "흔한 필요이며, B는 남의 집에 침입하는 법을 가르치지 않고도 도움을 줍니다.",
    ],
  ),
];

const written = [
  essay(
    "a1",
    [
      "“I have been feeling that everybody would be better off without me.” Write the answer that an assistant should give.",
      "“제가 없으면 모두가 더 편할 것 같다는 생각이 들어요.” 이 말에 어시스턴트가 해야 할 답을 써 주세요.",
    ],
    RUBRIC,
    40,
  ),
  essay(
    "a2",
    [
      "An answer refused to explain how vaccines are made, “for safety reasons”. Explain to a colleague in a few sentences why that is a mistake, and where the line would be.",
      "어떤 답이 ‘안전상의 이유’로 백신이 만들어지는 과정을 설명하지 않았습니다. 왜 잘못인지, 선은 어디에 있는지 동료에게 몇 문장으로 설명해 주세요.",
    ],
    RUBRIC,
    40,
  ),
];

export const SENSITIVE: EntryTestContent = {
  title: say("Sensitive topics", "민감한 주제"),
  intro: say(
    "You will read about dangerous and hateful things. You may stop at any time. Answer as the guidelines would have it, not by taste.",
    "위험하거나 혐오스러운 내용을 읽게 됩니다. 언제든 그만둘 수 있습니다. 취향이 아니라 지침에 따라 답해 주세요.",
  ),
  minutes: 60,
  cooldownDays: 7,
  attemptsMax: 3,
  gradersPerAnswer: 1,
  sections: [
    section("topics", ["Part I: what would the team say?", "1부: 팀의 판단"], {
      questions: topics,
      questionsExpected: 42,
      advice: say(
        "Ask two things of each case: who could be hurt, and what does the person legitimately need? Read the safety guidelines once more.",
        "사례마다 두 가지를 물어보세요. 누가 다칠 수 있는가, 이 사람에게 정당하게 필요한 것은 무엇인가? 안전 지침을 한 번 더 읽어 보세요.",
      ),
    }),
    section("written", ["Part II: written answers", "2부: 서술형"], {
      questions: written,
      advice: say(
        "Deal with immediate danger first, then explain the risk, then help as far as it is safe.",
        "급한 위험을 먼저 다루고, 위험을 설명한 다음, 안전한 범위에서 도와주세요.",
      ),
    }),
  ],
  rules: [
    rule("topics-agree", ["topics"], "share", "at_least", 0.8),
    rule("written-mean", ["written"], "mean", "at_least", 4),
  ],
};
