/** The lead's and the reviewer's side of onboarding: tests, attempts, grading, certificates. */
import { z } from "zod";
import { answerSchema, entryTestContentSchema, QUESTION_KINDS } from "@/lib/domain/entry-test";
import { typedText } from "./annotation-shapes";
import { idSchema, instantSchema, pageOf, pageQuery, projectParams, taskSchema } from "./common";
import { defineEndpoint } from "./endpoint";
import { feedbackSchema, ruleResultSchema } from "./onboarding";

const lead = { role: "lead", scope: "projects" } as const;
const reviewer = { role: "reviewer", scope: "review" } as const;
const testParams = z.object({ testId: idSchema });
const attemptParams = z.object({ attemptId: idSchema });

export const ENTRY_TEST_TEMPLATES = ["language", "sensitive", "ranking", "writing", "blank"] as const;
export const templateSchema = z.enum(ENTRY_TEST_TEMPLATES);
export type EntryTestTemplate = z.infer<typeof templateSchema>;

export const entryTestSchema = z.strictObject({
  id: z.uuid(),
  projectId: z.uuid(),
  task: taskSchema,
  position: z.number(),
  required: z.boolean(),
  template: templateSchema.nullable(),
  createdAt: instantSchema,
  archivedAt: instantSchema.nullable(),
  draft: z.strictObject({ version: z.number(), content: entryTestContentSchema, updatedAt: instantSchema }).nullable(),
  published: z
    .strictObject({ version: z.number(), content: entryTestContentSchema, publishedAt: instantSchema })
    .nullable(),
  attempts: z.strictObject({
    running: z.number(),
    submitted: z.number(),
    passed: z.number(),
    failed: z.number(),
  }),
});
export type EntryTest = z.infer<typeof entryTestSchema>;

export const listEntryTests = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/entry-tests",
  summary: "Entry tests with their draft, their published version and how many took them, in the order they are taken",
  access: lead,
  params: projectParams,
  response: z.strictObject({ rows: z.array(entryTestSchema) }),
});
export const createEntryTest = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/entry-tests",
  summary: "Add an entry test from a template, as a draft",
  access: lead,
  params: projectParams,
  body: z.strictObject({ task: taskSchema, template: templateSchema }),
  response: entryTestSchema,
  status: 201,
});
export const updateEntryTest = defineEndpoint({
  method: "PATCH",
  path: "/entry-tests/{testId}",
  summary: "Change a test's place or whether a certificate needs it, or archive it; attempts stay",
  access: lead,
  params: testParams,
  body: z
    .strictObject({
      position: z.int().min(0).max(10_000).optional(),
      required: z.boolean().optional(),
      archived: z.boolean().optional(),
    })
    .refine((body) => Object.keys(body).length > 0, "nothing to change"),
  response: entryTestSchema,
});
export const saveEntryTestDraft = defineEndpoint({
  method: "PUT",
  path: "/entry-tests/{testId}/draft",
  summary: "Save the draft; begins a new version where the last one is published",
  access: lead,
  params: testParams,
  body: z.strictObject({
    content: entryTestContentSchema,
    /** `updatedAt` of the draft it was made from, null where there was none; refused if somebody else saved since. */
    basedOn: instantSchema.nullable(),
  }),
  response: entryTestSchema,
});
export const discardEntryTestDraft = defineEndpoint({
  method: "DELETE",
  path: "/entry-tests/{testId}/draft",
  summary: "Throw the draft away; what is published stays",
  access: lead,
  params: testParams,
});
export const publishEntryTest = defineEndpoint({
  method: "POST",
  path: "/entry-tests/{testId}/publish",
  summary: "Publish the draft; from then on it never changes. Running attempts end on the version they began with",
  access: lead,
  params: testParams,
  body: z.strictObject({ basedOn: instantSchema }),
  response: entryTestSchema,
});

export const ATTEMPT_STATES = ["running", "submitted", "graded", "void"] as const;
export const attemptRowSchema = z.strictObject({
  id: z.uuid(),
  testId: z.uuid(),
  title: z.string(),
  task: taskSchema,
  version: z.number(),
  userId: z.uuid(),
  name: z.string(),
  state: z.enum(ATTEMPT_STATES),
  outcome: z.enum(["passed", "failed"]).nullable(),
  startedAt: instantSchema,
  deadline: instantSchema,
  minutesAdded: z.number(),
  submittedAt: instantSchema.nullable(),
  gradedAt: instantSchema.nullable(),
  voidedReason: z.string().nullable(),
  answered: z.number(),
  questions: z.number(),
});
export type AttemptRow = z.infer<typeof attemptRowSchema>;

export const listAttempts = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/entry-test-attempts",
  summary: "Attempts at the entry tests, newest first",
  access: lead,
  params: projectParams,
  query: pageQuery.extend({ state: z.enum(ATTEMPT_STATES).optional() }),
  response: pageOf(attemptRowSchema),
});
export const getAttempt = defineEndpoint({
  method: "GET",
  path: "/entry-test-attempts/{attemptId}",
  summary: "One attempt that is handed in, with its answers, keys, grades and comments",
  access: lead,
  params: attemptParams,
  response: z.strictObject({
    id: z.uuid(),
    name: z.string(),
    title: z.string(),
    /** Empty until it is graded. */
    rules: z.array(ruleResultSchema),
    feedback: z.array(feedbackSchema),
  }),
});
export const extendAttempt = defineEndpoint({
  method: "POST",
  path: "/entry-test-attempts/{attemptId}/extend",
  summary: "Give a running attempt more time, for whoever needs it",
  access: lead,
  params: attemptParams,
  body: z.strictObject({ minutes: z.int().min(1).max(600) }),
  response: z.strictObject({ deadline: instantSchema }),
});
export const voidAttempt = defineEndpoint({
  method: "POST",
  path: "/entry-test-attempts/{attemptId}/void",
  summary: "Let an attempt not count, for instance after a technical fault; not one that was passed",
  access: lead,
  params: attemptParams,
  body: z.strictObject({ reason: typedText(500).trim().min(1) }),
});

export const gradingCaseSchema = z.strictObject({
  attemptId: z.uuid(),
  questionId: z.string(),
  test: z.string(),
  section: z.string(),
  kind: z.enum(QUESTION_KINDS),
  question: z.string(),
  rubric: z.string(),
  wordsMin: z.number().nullable(),
  locale: z.string(),
  answer: answerSchema,
  submittedAt: instantSchema,
});
export type GradingCase = z.infer<typeof gradingCaseSchema>;

export const listGrading = defineEndpoint({
  method: "GET",
  path: "/entry-test-grading",
  summary: "Written answers that wait for a grade, oldest first, without names; never one's own",
  access: reviewer,
  query: z.object({ projectId: idSchema, limit: z.coerce.number().int().min(1).max(100).default(20) }),
  response: z.strictObject({ cases: z.array(gradingCaseSchema), waiting: z.number() }),
});
export const gradeAnswer = defineEndpoint({
  method: "POST",
  path: "/entry-test-attempts/{attemptId}/grades",
  summary: "Grade a written answer from 1 to 5; 3 and below need a comment. The outcome follows with the last grade",
  access: reviewer,
  params: attemptParams,
  body: z
    .strictObject({
      questionId: z.string().max(40),
      score: z.int().min(1).max(5),
      comment: typedText(5000).trim().default(""),
    })
    .refine(({ score, comment }) => score > 3 || comment !== "", "a grade of 3 or below needs a comment that helps")
    .meta({ example: { questionId: "part-1", score: 4, comment: "Clear. Say the main point first." } }),
  response: z.strictObject({ state: z.enum(ATTEMPT_STATES) }),
});

export const certificateSchema = z.strictObject({
  id: z.uuid(),
  task: taskSchema,
  userId: z.uuid(),
  name: z.string(),
  grantedAt: instantSchema,
  /** Null where the tests granted it. */
  grantedBy: z.string().nullable(),
  revokedAt: instantSchema.nullable(),
  revokedReason: z.string().nullable(),
  renewBy: instantSchema.nullable(),
});
export type Certificate = z.infer<typeof certificateSchema>;

export const listCertificates = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/certificates",
  summary: "Certificates of a project, the valid ones first",
  access: lead,
  params: projectParams,
  query: pageQuery.pick({ limit: true }).extend({ task: taskSchema.optional() }),
  response: z.strictObject({ rows: z.array(certificateSchema) }),
});
export const grantCertificate = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/certificates",
  summary: "Grant a member a certificate by hand",
  access: lead,
  params: projectParams,
  body: z.strictObject({ task: taskSchema, userId: idSchema }),
  response: certificateSchema,
  status: 201,
});
export const revokeCertificate = defineEndpoint({
  method: "POST",
  path: "/certificates/{certificateId}/revoke",
  summary: "Revoke a certificate; its holder sees the reason and has to pass the tests again",
  access: lead,
  params: z.object({ certificateId: idSchema }),
  body: z.strictObject({ reason: typedText(500).trim().min(1) }),
  response: certificateSchema,
});
