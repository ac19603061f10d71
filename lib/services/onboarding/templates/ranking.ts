/** Test 3: 31 questions of grading and ranking, more than 26 of them as the team (paper A.5.4). */
import type { EntryTestContent } from "@/lib/domain/entry-test";
import { pair, rule, say, section } from "./shape";

const pairs = [
  pair(
    "p1",
    [
      "How long should I boil an egg so that the yolk stays soft?",
      "노른자가 덜 익게 하려면 달걀을 얼마나 삶아야 하나요?",
    ],
    [
      "About six and a half minutes for a medium egg in boiling water, then straight into cold water so that it stops cooking.",
      "중간 크기 달걀이라면 끓는 물에 6분 반쯤 삶고, 더 익지 않게 바로 찬물에 담그세요.",
    ],
    [
      "Eggs are a wonderful food that has been enjoyed for centuries. Boil it until you feel that it is done.",
      "달걀은 오랫동안 사랑받아 온 훌륭한 음식입니다. 다 되었다 싶을 때까지 삶으세요.",
    ],
    1,
    ["A answers the question; B does not.", "A는 질문에 답하지만 B는 답하지 않습니다."],
  ),
  pair(
    "p2",
    ["What is the capital of Australia?", "오스트레일리아의 수도는 어디인가요?"],
    [
      "The capital of Australia is Sydney, a lively city of over five million people, known for its opera house and its harbour.",
      "오스트레일리아의 수도는 오페라 하우스와 항구로 유명하고 오백만 명이 넘게 사는 활기찬 도시 시드니입니다.",
    ],
    ["Canberra.", "캔버라입니다."],
    8,
    [
      "A is well written and wrong. Truth weighs more than style.",
      "A는 잘 썼지만 틀렸습니다. 사실이 문체보다 중요합니다.",
    ],
  ),
  pair(
    "p3",
    ["Translate “see you later” into French.", "“나중에 봐요”를 프랑스어로 옮겨 주세요."],
    ["À plus tard.", "À plus tard."],
    ["“À plus tard.” Among friends one also says “à plus”.", "“À plus tard.” 친구 사이에서는 “à plus”라고도 합니다."],
    6,
    [
      "Both are right; B adds something short and useful. A slight preference.",
      "둘 다 맞지만 B는 짧고 쓸모 있는 내용을 더합니다. 조금 낫습니다.",
    ],
  ),
  pair(
    "p4",
    [
      "Give me three ideas for a birthday present for my father. No books please, he has too many.",
      "아버지 생신 선물로 좋은 것 세 가지만 알려 주세요. 책은 너무 많으니 빼고요.",
    ],
    [
      "1. A good kitchen knife\n2. Tickets for a concert he would like\n3. A walk together to a place from his youth",
      "1. 좋은 부엌칼\n2. 좋아하실 만한 공연 표\n3. 젊은 시절 추억의 장소로 함께 가는 나들이",
    ],
    [
      "1. A signed first edition of a novel\n2. A leather wallet\n3. A watch\n4. A massage voucher\n5. A bottle of wine",
      "1. 작가가 서명한 소설 초판\n2. 가죽 지갑\n3. 시계\n4. 마사지 이용권\n5. 와인 한 병",
    ],
    1,
    [
      "B gives five where three were asked, and begins with a book.",
      "B는 셋을 달라는데 다섯을 주었고 첫 번째가 책입니다.",
    ],
  ),
  pair(
    "p5",
    ["Is it safe to eat rice that stood out overnight?", "밤새 밖에 둔 밥을 먹어도 되나요?"],
    [
      "Better not. Rice left at room temperature can grow bacteria whose toxin survives reheating. Cool leftovers within an hour or so and keep them in the fridge.",
      "드시지 않는 편이 좋습니다. 실온에 둔 밥에서는 다시 데워도 없어지지 않는 독소를 만드는 세균이 자랄 수 있습니다. 남은 밥은 한 시간쯤 안에 식혀 냉장고에 두세요.",
    ],
    [
      "Usually it is not a good idea, because bacteria may have grown. If in doubt, throw it away.",
      "세균이 자랐을 수 있으니 보통은 좋지 않습니다. 확실하지 않으면 버리세요.",
    ],
    2,
    [
      "Both advise the same; A also says why and what to do next time.",
      "둘 다 같은 조언이지만 A는 이유와 다음에 할 일도 알려 줍니다.",
    ],
  ),
];

export const RANKING: EntryTestContent = {
  title: say("Grading and ranking", "등급과 순위 매기기"),
  intro: say(
    "Compare two answers on the bar you will use every day. It counts whether you prefer the same one as the team.",
    "매일 쓰게 될 여덟 단계 막대로 두 답을 비교합니다. 팀과 같은 답을 고르면 맞은 것으로 셉니다.",
  ),
  minutes: 60,
  cooldownDays: 7,
  attemptsMax: 3,
  gradersPerAnswer: 1,
  sections: [
    section("pairs", ["Which is better, and by how much?", "어느 쪽이 얼마나 나은가"], {
      questions: pairs,
      questionsExpected: 31,
      advice: say(
        "First: does it answer what was asked, all of it? Then: is it true? Only then how it reads. Longer is not better.",
        "먼저 물은 것에 빠짐없이 답했는지, 다음으로 사실인지, 문체는 그다음에 보세요. 길다고 좋은 것이 아닙니다.",
      ),
    }),
  ],
  rules: [rule("pairs-match", ["pairs"], "count", "more_than", 26)],
};
