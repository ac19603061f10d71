/** Saved views: the filters and columns of a list under a name. */
import { z } from "zod";
import { LIST_SCREENS } from "@/lib/domain/lists";
import { instantSchema } from "./common";
import { defineEndpoint } from "./endpoint";

const lead = { role: "lead", scope: "projects" } as const;
const params = z.object({ savedViewId: z.uuid() });
const nameSchema = z.string().trim().min(1).max(80);
/** A query string without "?": names and values as the browser writes them. */
const querySchema = z
  .string()
  .max(2000)
  .regex(/^[\w%.~+*=&,-]*$/, "not a query string");

export const savedViewSchema = z.object({
  id: z.uuid(),
  projectId: z.uuid().nullable(),
  screen: z.enum(LIST_SCREENS),
  name: z.string(),
  query: z.string(),
  shared: z.boolean(),
  own: z.boolean(),
  owner: z.string(),
  createdAt: instantSchema,
});
export type SavedView = z.infer<typeof savedViewSchema>;

export const listSavedViews = defineEndpoint({
  method: "GET",
  path: "/saved-views",
  summary: "Own saved views of a list, and those that others share",
  access: lead,
  query: z.object({ screen: z.enum(LIST_SCREENS), projectId: z.uuid().optional() }),
  response: z.object({ rows: z.array(savedViewSchema) }),
});
export const createSavedView = defineEndpoint({
  method: "POST",
  path: "/saved-views",
  summary: "Save a view of a list; the same name again replaces the own view of that name",
  access: lead,
  body: z.strictObject({
    screen: z.enum(LIST_SCREENS),
    projectId: z.uuid().optional(),
    name: nameSchema,
    query: querySchema,
    shared: z.boolean().default(false),
  }),
  response: savedViewSchema,
  status: 201,
});
export const updateSavedView = defineEndpoint({
  method: "PATCH",
  path: "/saved-views/{savedViewId}",
  summary: "Share an own view, or make it private again",
  access: lead,
  params,
  body: z.strictObject({ shared: z.boolean() }),
  response: savedViewSchema,
});
export const deleteSavedView = defineEndpoint({
  method: "DELETE",
  path: "/saved-views/{savedViewId}",
  summary: "Forget an own view",
  access: lead,
  params,
});
