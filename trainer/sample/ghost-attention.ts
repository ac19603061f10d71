/**
 * Ghost Attention (Llama 2, section 3.3 and A.3.5): an instruction that should hold for a whole dialogue is put on every
 * user turn while answers are sampled, then kept only in the first turn for training, with no loss on earlier answers.
 * Pure functions. The lists of hobbies and public figures are ours (the paper had its chat model write them).
 */
import { createRandom, deriveSeed, type Random, shuffled } from "../core/random";
import type { Message } from "../format/pair";

export type GhostLanguage = "en" | "ko";
export type GhostKind = "figure" | "hobbies" | "language";

export interface GhostConstraint {
  kind: GhostKind;
  /** What an automatic or human check looks for: the figure's, hobby's or language's name in the instruction's language. */
  value: string;
}

export interface GhostInstruction {
  /** The text that is put before a user's turn. */
  text: string;
  constraints: GhostConstraint[];
  /** True when written in the short form ("Figure: Napoleon"). */
  shortened: boolean;
  language: GhostLanguage;
}

const KINDS: readonly GhostKind[] = ["figure", "hobbies", "language"];

const VALUES: Record<GhostLanguage, Record<GhostKind, readonly string[]>> = {
  en: {
    figure: [
      "Napoleon",
      "Marie Curie",
      "William Shakespeare",
      "Cleopatra",
      "Leonardo da Vinci",
      "Ada Lovelace",
      "Isaac Newton",
      "Jane Austen",
      "Mozart",
      "Socrates",
      "King Sejong",
      "Amelia Earhart",
    ],
    hobbies: [
      "tennis",
      "gardening",
      "chess",
      "photography",
      "hiking",
      "baking",
      "playing the piano",
      "bird watching",
      "astronomy",
      "sailing",
      "pottery",
      "cycling",
    ],
    language: ["French", "Spanish", "German", "Korean", "Japanese", "Italian", "Portuguese"],
  },
  ko: {
    figure: [
      "나폴레옹",
      "마리 퀴리",
      "셰익스피어",
      "클레오파트라",
      "레오나르도 다빈치",
      "세종대왕",
      "이순신",
      "신사임당",
      "아이작 뉴턴",
      "모차르트",
      "소크라테스",
      "유관순",
    ],
    hobbies: [
      "테니스",
      "정원 가꾸기",
      "바둑",
      "사진",
      "등산",
      "제빵",
      "피아노",
      "탐조",
      "천문 관측",
      "서예",
      "도예",
      "자전거",
    ],
    language: ["영어", "일본어", "중국어", "프랑스어", "스페인어", "독일어"],
  },
};

type Writer = (value: string) => string;

const LONG: Record<GhostLanguage, Record<GhostKind, Writer>> = {
  en: {
    figure: (value) => `Always act as ${value}.`,
    hobbies: (value) => `You enjoy ${value}; let it show in every answer.`,
    language: (value) => `Always answer in ${value}.`,
  },
  ko: {
    figure: (value) => `항상 다음 인물처럼 말하세요: ${value}.`,
    hobbies: (value) => `당신의 취미는 다음과 같습니다: ${value}. 모든 대답에 그 취미가 드러나게 하세요.`,
    language: (value) => `항상 ${value}로 대답하세요.`,
  },
};

const SHORT: Record<GhostLanguage, Record<GhostKind, Writer>> = {
  en: {
    figure: (value) => `Figure: ${value}`,
    hobbies: (value) => `Hobbies: ${value}`,
    language: (value) => `Language: ${value}`,
  },
  ko: {
    figure: (value) => `인물: ${value}`,
    hobbies: (value) => `취미: ${value}`,
    language: (value) => `언어: ${value}`,
  },
};

function drawValue(random: Random, language: GhostLanguage, kind: GhostKind): string {
  const values = VALUES[language][kind];
  if (kind !== "hobbies") return values[random.integer(values.length)]!;
  return shuffled(values, random)
    .slice(0, 1 + random.integer(2))
    .join(language === "ko" ? ", " : " and ");
}

/**
 * Draws an instruction: a random, non-empty combination of constraints (one of each kind at most), shortened half the time.
 * The same seed and language give the same instruction.
 */
export function ghostInstructions(seed: number, language: GhostLanguage): GhostInstruction {
  const random = createRandom(deriveSeed(seed, `ghost.${language}`));
  const kinds = shuffled(KINDS, random).slice(0, 1 + random.integer(KINDS.length));
  const constraints = KINDS.filter((kind) => kinds.includes(kind)).map((kind) => ({
    kind,
    value: drawValue(random, language, kind),
  }));
  const shortened = random.uniform() < 0.5;
  const write = (shortened ? SHORT : LONG)[language];
  const text = constraints.map(({ kind, value }) => write[kind](value)).join(shortened ? "\n" : " ");
  return { text, constraints, shortened, language };
}

/** The dialogue cannot carry an instruction. */
export class GhostAttentionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "GhostAttentionError";
  }
}

/** Optional system message, then user and assistant in turn, starting with the user. */
function checkTurns(dialogue: readonly Message[], last: "user" | "assistant"): void {
  const turns = dialogue[0]?.role === "system" ? dialogue.slice(1) : dialogue;
  turns.forEach((message, index) => {
    const expected = index % 2 === 0 ? "user" : "assistant";
    if (message.role !== expected)
      throw new GhostAttentionError(`turn ${index + 1} is ${message.role}'s, expected ${expected}'s`);
  });
  if (turns.at(-1)?.role !== last) throw new GhostAttentionError(`the dialogue must end with a turn of ${last}`);
}

function withInstruction(message: Message, instruction: GhostInstruction): Message {
  return { ...message, content: `${instruction.text}\n\n${message.content}` };
}

/** The instruction on every user turn; the last turn is the user's and waits for an answer. Errors: GhostAttentionError. */
export function promptForSampling(dialogue: readonly Message[], instruction: GhostInstruction): Message[] {
  checkTurns(dialogue, "user");
  return dialogue.map((message) => (message.role === "user" ? withInstruction(message, instruction) : { ...message }));
}

export interface GhostTrainingDialogue {
  messages: Message[];
  /** True for the last answer only: one flag per message, as in an SFT row. */
  lossOn: boolean[];
}

/**
 * The same dialogue (its user turns without the instruction) as a training row: instruction on the first user turn only, loss
 * on the last answer only. Zeroing the loss on earlier turns, answers included, keeps the model from learning answers whose
 * sampling prompt it no longer sees. Errors: GhostAttentionError.
 */
export function toTrainingDialogue(dialogue: readonly Message[], instruction: GhostInstruction): GhostTrainingDialogue {
  checkTurns(dialogue, "assistant");
  const first = dialogue.findIndex((message) => message.role === "user");
  return {
    messages: dialogue.map((message, index) =>
      index === first ? withInstruction(message, instruction) : { ...message },
    ),
    lossOn: dialogue.map((_, index) => index === dialogue.length - 1),
  };
}
