/** The annotator's side of the entry tests. No answer key, rubric or grade of an open attempt is ever in a response. */
import { z } from "zod";
import { answerSchema, localeTagSchema, QUESTION_KINDS, RULE_MEASURES, RULE_OPERATORS } from "@/lib/domain/entry-test";
import { idSchema, instantSchema, projectParams, taskSchema } from "./common";
import { defineEndpoint } from "./endpoint";

const access = { scope: "annotate", role: "annotator" } as const;
const attemptParams = z.object({ attemptId: idSchema });

export const testStatusSchema = z.enum(["open", "running", "waiting", "passed", "cooldown", "exhausted", "locked"]);

const stepSchema = z.strictObject({
  testId: z.uuid(),
  title: z.string(),
  intro: z.string(),
  required: z.boolean(),
  minutes: z.number(),
  questions: z.number(),
  status: testStatusSchema,
  attemptId: z.uuid().nullable(),
  /** Null = no limit. */
  attemptsLeft: z.number().nullable(),
  availableAt: instantSchema.nullable(),
});
export type OnboardingStep = z.infer<typeof stepSchema>;

export const onboardingTaskSchema = z.strictObject({
  task: taskSchema,
  /** An open campaign of this task gives items only to the certified. */
  certificateNeeded: z.boolean(),
  certificate: z.strictObject({ id: z.uuid(), grantedAt: instantSchema }).nullable(),
  /** Why the last certificate ended, where none is valid now. */
  revokedReason: z.string().nullable(),
  /** Set while the certificate must be renewed by a date. */
  renewBy: instantSchema.nullable(),
  renewReason: z.string().nullable(),
  steps: z.array(stepSchema),
});
export type OnboardingTask = z.infer<typeof onboardingTaskSchema>;

export const getOnboarding = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/onboarding",
  summary: "One's own certificates and entry tests of a project: what is passed, what is open, what comes next",
  access,
  params: projectParams,
  query: z.object({ locale: z.string().max(10).default("en") }),
  response: z.strictObject({ tasks: z.array(onboardingTaskSchema) }),
});

const ownOption = z.strictObject({ id: z.string(), text: z.string() });
export const ownQuestionSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(QUESTION_KINDS),
  text: z.string(),
  /** For choices; in this person's own order. */
  options: z.array(ownOption),
  /** For pairs. */
  responseA: z.string().nullable(),
  responseB: z.string().nullable(),
  /** For written answers. */
  wordsMin: z.number().nullable(),
});
export type OwnQuestion = z.infer<typeof ownQuestionSchema>;

const ownSectionSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  intro: z.string(),
  /** Null = all. */
  answersMin: z.number().nullable(),
  questions: z.array(ownQuestionSchema),
});

export const ruleResultSchema = z.strictObject({
  sections: z.array(z.string()),
  measure: z.enum(RULE_MEASURES),
  operator: z.enum(RULE_OPERATORS),
  value: z.number(),
  got: z.number().nullable(),
  of: z.number(),
  passed: z.boolean().nullable(),
  /** What to practise, where it was not passed. */
  advice: z.array(z.string()),
});

export const feedbackSchema = z.strictObject({
  questionId: z.string(),
  kind: z.enum(QUESTION_KINDS),
  section: z.string(),
  question: z.string(),
  /** For questions with a key. */
  right: z.boolean().nullable(),
  /** Mean of the reviewers' grades, 1 to 5, for written answers. */
  grade: z.number().nullable(),
  comments: z.array(z.string()),
  /** For a pair the digit of the step, 1 to 8; so is its key. */
  yours: z.string(),
  /** Right answer and why; null while another attempt is possible. */
  key: z.string().nullable(),
  explanation: z.string().nullable(),
});

export const attemptResultSchema = z.strictObject({
  outcome: z.enum(["passed", "failed"]),
  gradedAt: instantSchema,
  rules: z.array(ruleResultSchema),
  feedback: z.array(feedbackSchema),
});
export type AttemptResult = z.infer<typeof attemptResultSchema>;
export type RuleOutcome = z.infer<typeof ruleResultSchema>;
export type AnswerFeedback = z.infer<typeof feedbackSchema>;

export const ownAttemptSchema = z.strictObject({
  id: z.uuid(),
  projectId: z.uuid(),
  testId: z.uuid(),
  title: z.string(),
  intro: z.string(),
  locale: z.string(),
  state: z.enum(["running", "submitted", "graded", "void"]),
  startedAt: instantSchema,
  deadline: instantSchema,
  /** The server's clock, so that the countdown does not depend on the browser's. */
  now: instantSchema,
  submittedAt: instantSchema.nullable(),
  /** Empty unless it runs. */
  sections: z.array(ownSectionSchema),
  answers: z.array(z.strictObject({ questionId: z.string(), answer: answerSchema, revision: z.number() })),
  /** Once all is graded. */
  result: attemptResultSchema.nullable(),
});
export type OwnAttempt = z.infer<typeof ownAttemptSchema>;

export const startAttempt = defineEndpoint({
  method: "POST",
  path: "/entry-tests/{testId}/attempts",
  summary: "Begin an entry test; the time runs from here. Answers with the running attempt if it has begun already",
  access,
  params: z.object({ testId: idSchema }),
  body: z.strictObject({ locale: localeTagSchema }),
  response: ownAttemptSchema,
  status: 201,
});
export const getOwnAttempt = defineEndpoint({
  method: "GET",
  path: "/onboarding/{attemptId}",
  summary: "One's own attempt: the questions with the time left while it runs, the result once it is graded",
  access,
  params: attemptParams,
  response: ownAttemptSchema,
});
export const saveAttemptAnswers = defineEndpoint({
  method: "PUT",
  path: "/onboarding/{attemptId}/answers",
  summary: "Save answers of a running attempt. Refused after the deadline; what was saved before it counts",
  access,
  params: attemptParams,
  body: z.strictObject({
    answers: z
      .array(
        z.strictObject({
          questionId: z.string().max(40),
          answer: answerSchema,
          /** Counted up by the client; an older one never replaces a newer one. */
          revision: z.int().min(1).max(2_000_000_000),
        }),
      )
      .min(1)
      .max(200),
  }),
  response: z.strictObject({ savedAt: instantSchema, deadline: instantSchema, now: instantSchema }),
});
export const submitAttempt = defineEndpoint({
  method: "POST",
  path: "/onboarding/{attemptId}/submit",
  summary: "Hand an attempt in before its time is over; again on one that is handed in changes nothing",
  access,
  params: attemptParams,
  response: ownAttemptSchema,
});
