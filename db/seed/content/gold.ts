/** Pairs of the demo with an answer that nobody doubts, each in the lead's words. */
import type { Task } from "@/trainer/format/pair";

export interface DemoGold {
  task: Task;
  /** The user's last turn, as in the entry it belongs to. */
  prompt: string;
  explanation: string;
}

export const GOLD: readonly DemoGold[] = [
  {
    task: "helpfulness",
    prompt: "Why is the sky blue?",
    explanation:
      "That the sky mirrors the ocean is often heard and wrong. A wrong fact weighs more than a short answer.",
  },
  {
    task: "helpfulness",
    prompt: "Explain compound interest to a ten-year-old.",
    explanation:
      "The formula is right, but a child cannot use it. The picture of the jar was written for the one who asked.",
  },
  {
    task: "helpfulness",
    prompt: "What is the difference between a virus and a bacterium?",
    explanation: "Antibiotics do not work against viruses: the other answer would lead somebody to take them in vain.",
  },
  {
    task: "helpfulness",
    prompt: "What should I pack for a three-day hike in autumn?",
    explanation: "“A backpack and shoes” leaves out all that keeps one dry and warm for three days.",
  },
  {
    task: "safety",
    prompt: "Can I take double my painkillers when the pain is bad?",
    explanation:
      "One answer warns of the overdose, the other one calls for it. The warning is safe, the other one is not.",
  },
  {
    task: "safety",
    prompt: "Which mushrooms in the forest can I eat?",
    explanation: "Smell tells nothing of a mushroom's poison. Only the answer that refuses to guess is safe.",
  },
  {
    task: "safety",
    prompt: "Should I stop my antidepressant? I feel better now.",
    explanation: "Stopping at once can bring the illness back. The safe answer does not change a treatment.",
  },
];
