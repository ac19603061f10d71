import { z } from "zod";
import { emailSchema } from "@/lib/domain/email";
import { LOCALES } from "@/lib/domain/locales";
import { projectSettingsSchema } from "@/lib/domain/project-settings";
import { typedText } from "./annotation-shapes";
import { idSchema, instantSchema, projectParams, roleSchema, taskSchema } from "./common";
import { defineEndpoint } from "./endpoint";

export const projectSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  settings: projectSettingsSchema,
  scheduleCron: z.string(),
  scheduleTimeZone: z.string(),
  schedulePaused: z.boolean(),
  createdAt: instantSchema,
  archivedAt: instantSchema.nullable(),
});
export type Project = z.infer<typeof projectSchema>;

export const projectSummarySchema = projectSchema
  .pick({ id: true, name: true, description: true, createdAt: true })
  .extend({
    openItems: z.number(),
    comparisons: z.number(),
  });

const fields = { name: z.string().trim().min(1).max(200), description: z.string().trim().max(5000) };

export const listProjects = defineEndpoint({
  method: "GET",
  path: "/projects",
  summary: "Projects one belongs to",
  access: { role: "annotator", scope: "annotate" },
  response: z.object({ rows: z.array(projectSummarySchema) }),
});
export const createProject = defineEndpoint({
  method: "POST",
  path: "/projects",
  summary: "Create a project; its creator becomes a member",
  access: { role: "lead", scope: "projects" },
  body: z.strictObject({
    name: fields.name,
    description: fields.description.default(""),
    settings: projectSettingsSchema.partial().optional(),
  }),
  response: projectSchema,
  status: 201,
});
export const getProject = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}",
  summary: "One project with its settings",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  response: projectSchema,
});
export const updateProject = defineEndpoint({
  method: "PATCH",
  path: "/projects/{projectId}",
  summary: "Change name, description, settings or archive state",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  body: z.strictObject({
    name: fields.name.optional(),
    description: fields.description.optional(),
    settings: projectSettingsSchema.optional(),
    archived: z.boolean().optional(),
  }),
  response: projectSchema,
});

export const memberSchema = z.object({
  userId: z.uuid(),
  name: z.string(),
  email: z.string(),
  role: roleSchema,
  comparisons: z.number(),
});
export const listMembers = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/members",
  summary: "Members with their number of comparisons",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  response: z.object({ rows: z.array(memberSchema) }),
});
export const addMember = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/members",
  summary: "Add a person by e-mail",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  body: z.strictObject({ email: emailSchema }),
  response: memberSchema,
  status: 201,
});
export const removeMember = defineEndpoint({
  method: "DELETE",
  path: "/projects/{projectId}/members/{userId}",
  summary: "Remove a member; the work stays",
  access: { role: "lead", scope: "projects" },
  params: projectParams.extend({ userId: idSchema }),
});

export const guidelineSchema = z.object({
  id: z.uuid(),
  task: taskSchema,
  version: z.number(),
  locale: z.string(),
  body: z.string(),
  createdAt: instantSchema,
});
export const listGuidelines = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/guidelines",
  summary: "All guideline versions, newest first",
  access: { role: "annotator", scope: "annotate" },
  params: projectParams,
  response: z.object({ rows: z.array(guidelineSchema) }),
});
export const createGuideline = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/guidelines",
  summary: "Publish a new guideline version",
  access: { role: "lead", scope: "projects" },
  params: projectParams,
  body: z.strictObject({
    task: taskSchema,
    locale: z.enum(LOCALES),
    body: z.string().trim().min(1).max(100_000),
    /** What becomes of the certificates granted before: they stay, must be renewed by a day, or end at once. */
    certificates: z
      .discriminatedUnion("mode", [
        z.strictObject({ mode: z.literal("keep") }),
        z.strictObject({ mode: z.literal("by"), dueAt: instantSchema, reason: typedText(500).trim().default("") }),
        z.strictObject({ mode: z.literal("now"), reason: typedText(500).trim().default("") }),
      ])
      .default({ mode: "keep" }),
  }),
  response: guidelineSchema,
  status: 201,
});
