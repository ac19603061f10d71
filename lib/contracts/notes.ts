/** Words to annotators: from leads and reviewers, about a pause, or about gold items that were missed. */
import { z } from "zod";
import { typedText } from "./annotation-shapes";
import { idParams, idSchema, instantSchema, pageOf, pageQuery, projectParams, taskSchema } from "./common";
import { defineEndpoint } from "./endpoint";

const own = { role: "annotator", scope: "annotate" } as const;

export const NOTE_KINDS = ["note", "gold", "pause", "resume"] as const;
export const noteSchema = z.object({
  id: z.uuid(),
  kind: z.enum(NOTE_KINDS),
  body: z.string(),
  /** Null for the system, or an account that is gone. */
  author: z.string().nullable(),
  /** The judgement that it is about. */
  about: z
    .object({
      comparisonId: z.uuid(),
      promptExcerpt: z.string(),
      /** Beginnings of the answer that was preferred and of the other one. */
      chosenExcerpt: z.string(),
      otherExcerpt: z.string(),
      /** Of the judgement, and of the item: a risk category, or what an import called it. */
      task: taskSchema,
      category: z.string().nullable(),
      /** Missed gold items: the preferred answer was right, only the safety was not. Null for other notes. */
      sideRight: z.boolean().nullable(),
    })
    .nullable(),
  createdAt: instantSchema,
  readAt: instantSchema.nullable(),
});
export type Note = z.infer<typeof noteSchema>;

export const listMyNotes = defineEndpoint({
  method: "GET",
  path: "/me/notes",
  summary: "Notes to oneself in a project, newest first",
  access: own,
  query: pageQuery.extend({ projectId: idSchema }),
  response: pageOf(noteSchema),
});
export const countMyNotes = defineEndpoint({
  method: "GET",
  path: "/me/notes/unread",
  summary: "How many notes in a project are not read yet",
  access: own,
  query: z.object({ projectId: idSchema }),
  response: z.object({ unread: z.number().int() }),
});
export const readMyNote = defineEndpoint({
  method: "POST",
  path: "/me/notes/{id}/read",
  summary: "Mark a note as read",
  access: own,
  params: idParams,
  response: z.object({ id: z.uuid(), readAt: instantSchema }),
});
export const readMyNotes = defineEndpoint({
  method: "POST",
  path: "/me/notes/read",
  summary: "Mark all notes of a project as read",
  access: own,
  body: z.strictObject({ projectId: idSchema }),
  response: z.object({ read: z.number().int() }),
});

export const sendNote = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/notes",
  summary: "Send a note to members of the project, perhaps about one judgement",
  access: { role: "reviewer", scope: "review" },
  params: projectParams,
  body: z.strictObject({
    /** Left out = to every annotator of the project, or to the one who made the judgement. */
    userIds: z.array(idSchema).min(1).max(500).optional(),
    comparisonId: idSchema.optional(),
    body: typedText(5000).refine((text) => text.trim() !== "", "must not be empty"),
  }),
  response: z.object({ sent: z.number().int() }),
  status: 201,
});
export const listAnnotatorNotes = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/annotators/{userId}/notes",
  summary: "Notes to one annotator, newest first, with when they were read",
  access: { role: "reviewer", scope: "review" },
  params: projectParams.extend({ userId: idSchema }),
  query: pageQuery,
  response: pageOf(noteSchema.extend({ visibleFrom: instantSchema })),
});
