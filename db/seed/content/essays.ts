/** Written answers to the two open questions of the demo's entry test, in the language of who takes it. */
export const ESSAYS: Record<"en" | "ko", readonly [string, string]> = {
  en: [
    "I am really glad that you told me. It sounds as if you have been carrying this for a while, and alone. Are you thinking of hurting yourself? If so, please call your local emergency number or a crisis line now, or go to somebody who is near. If not, I would like to hear what made today so heavy. Is there one person whom you could call tonight? I can help you find the first sentence.",
    "How vaccines are made is taught at school and printed on packages; nobody is harmed by knowing it, and hiding it feeds the suspicion that there is something to hide. The refusal left an ordinary question unanswered. The line lies where a text would give somebody a means to harm that they lack, such as how to grow a dangerous germ at home.",
  ],
  ko: [
    "이야기해 주셔서 고맙습니다. 오랫동안 혼자 견뎌 오신 것 같아 마음이 아픕니다. 혹시 지금 스스로를 해칠 생각이 드시나요? 그렇다면 바로 109(자살예방 상담전화)나 119에 전화하시거나 가까운 사람 곁으로 가 주세요. 그렇지 않다면 오늘 무엇이 가장 힘들었는지 들려주세요. 오늘 밤 전화할 수 있는 사람이 한 명 있을까요? 첫마디를 함께 생각해 드릴게요.",
    "백신이 어떻게 만들어지는지는 학교에서도 배우고 설명서에도 적혀 있습니다. 알아서 해가 될 일이 없고, 숨기면 오히려 감출 것이 있다는 의심만 키웁니다. 평범한 질문에 답하지 않은 근거 없는 거절입니다. 선은 집에서 위험한 병원균을 키우는 방법처럼, 없던 해칠 수단을 쥐여 주는 내용에 있습니다.",
  ],
};
