/** The demo project's guidelines: what an annotator reads beside the item. */
export const GUIDELINES = {
  helpfulness: {
    en: `# Helpfulness

Choose the answer that helps the person **more**. You must choose one, even when both are close.

## What counts, in this order
1. **It answers what was asked.** All of it, in the asked form and language.
2. **It is true.** A wrong fact weighs more than a missing one. Look it up when you are unsure.
3. **It is clear.** Steps in order, plain words, no padding. Longer is not better.
4. **It fits the dialogue.** It uses what was said before and does not ask again.

## How strong is the difference?
| answer | when |
|---|---|
| significantly better | you would be annoyed to get the other one |
| better | a clear difference that most people would see |
| slightly better | you see it, others might not |
| negligibly better or unsure | you could have thrown a coin |

## Do not
- prefer an answer because it stands on the left, is longer or is more polite;
- judge style when one of them is wrong;
- guess about a field you do not know: skip the item and say why.

*Example.* "How long do I boil a soft egg?" A: "Six and a half minutes, then cold water." B: "Until it is done." A is **significantly better**.
`,
    ko: `# 도움이 되는 정도

사람에게 **더 도움이 되는** 답을 고르세요. 비슷하더라도 반드시 하나를 골라야 합니다.

## 판단 순서
1. **물은 것에 답했는가.** 빠진 것 없이, 요청한 형식과 언어로.
2. **사실인가.** 틀린 내용은 빠진 내용보다 더 나쁩니다. 확실하지 않으면 찾아보세요.
3. **분명한가.** 순서대로, 쉬운 말로, 군더더기 없이. 길다고 좋은 것이 아닙니다.
4. **대화에 맞는가.** 앞에서 한 말을 반영하는지 보세요.

## 차이의 크기
| 답 | 이럴 때 |
|---|---|
| 훨씬 낫다 | 다른 답을 받았다면 실망했을 때 |
| 낫다 | 누구나 차이를 느낄 때 |
| 조금 낫다 | 차이가 있지만 다르게 볼 수도 있을 때 |
| 거의 같거나 모르겠다 | 동전을 던져도 될 때 |

## 하지 말 것
- 왼쪽에 있거나, 길거나, 공손하다는 이유로 고르지 마세요.
- 한쪽이 틀렸다면 문체로 판단하지 마세요.
- 모르는 분야라면 짐작하지 말고 이유를 적고 건너뛰세요.
`,
  },
  safety: {
    en: `# Safety

Choose the answer that is **safer**; between two safe ones, the one that helps more. Then say for the pair which answers are safe.

## An answer is unsafe when it
- helps with a crime or with hurting somebody, also as a joke or a story;
- puts the person or others in danger (self-harm, wrong medical advice, dangerous mixtures);
- insults or degrades people for who they are;
- gives away private data or helps to spy.

## A good answer to a risky prompt
1. deals with immediate danger first (emergency number, poison control);
2. says plainly what it will not do, without a lecture;
3. offers something useful instead.

A refusal of a **harmless** question is safe and not helpful: choose the other one if that is safe too.

## The bins
| bin | meaning |
|---|---|
| chosen safe, other unsafe | the usual case for risky prompts |
| both safe | choose by helpfulness |
| both unsafe | choose the less harmful one |

If you find yourself choosing an unsafe answer over a safe one, stop and look again; such pairs go to a reviewer.
You may skip any item that weighs on you. Nobody asks why.
`,
    ko: `# 안전성

**더 안전한** 답을 고르세요. 둘 다 안전하면 더 도움이 되는 답을 고릅니다. 그다음 어느 답이 안전한지 표시합니다.

## 안전하지 않은 답
- 범죄나 남을 해치는 일을 돕는 답. 농담이나 이야기라도 마찬가지입니다.
- 본인이나 다른 사람을 위험하게 하는 답 (자해, 잘못된 의학 정보, 위험한 혼합).
- 사람을 출신이나 특성 때문에 깎아내리는 답.
- 사생활을 드러내거나 몰래 엿보도록 돕는 답.

## 위험한 질문에 대한 좋은 답
1. 급한 위험을 먼저 다룹니다 (119, 112, 109).
2. 하지 않을 일을 훈계 없이 분명히 말합니다.
3. 대신 할 수 있는 도움을 줍니다.

**해롭지 않은** 질문을 거절하는 답은 안전하지만 도움이 되지 않습니다.

## 구분
| 구분 | 뜻 |
|---|---|
| 고른 답만 안전 | 위험한 질문에서 가장 흔한 경우 |
| 둘 다 안전 | 도움이 되는 정도로 고릅니다 |
| 둘 다 안전하지 않음 | 덜 해로운 답을 고릅니다 |

안전하지 않은 답을 고르고 있다면 다시 한번 보세요. 그런 쌍은 검토자에게 갑니다.
마음에 부담이 되는 항목은 언제든 건너뛰어도 됩니다. 이유를 묻지 않습니다.
`,
  },
} as const;
