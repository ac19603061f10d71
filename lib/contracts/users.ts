import { z } from "zod";
import { emailSchema } from "@/lib/domain/email";
import { LOCALES } from "@/lib/domain/locales";
import { columnsSchema, idParams, instantSchema, pageOf, pageQuery, roleSchema } from "./common";
import { defineEndpoint } from "./endpoint";

export const userSchema = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: roleSchema,
  locale: z.string(),
  disabledAt: instantSchema.nullable(),
  createdAt: instantSchema,
});
export type User = z.infer<typeof userSchema>;

export const localeSchema = z.enum(LOCALES);
const passwordSchema = z.string().min(10, "at least 10 characters").max(200, "at most 200 characters");

export const getMe = defineEndpoint({
  method: "GET",
  path: "/me",
  summary: "The signed-in person",
  access: { role: "annotator", scope: "annotate" },
  response: userSchema.omit({ createdAt: true, disabledAt: true }),
});
export const updateMe = defineEndpoint({
  method: "PATCH",
  path: "/me",
  summary: "Change one's own name or language",
  access: { role: "annotator", scope: "annotate" },
  body: z.strictObject({ name: z.string().trim().min(1).max(200).optional(), locale: localeSchema.optional() }),
  response: userSchema.omit({ createdAt: true, disabledAt: true }),
});
export const changePassword = defineEndpoint({
  method: "POST",
  path: "/me/password",
  summary: "Change one's own password; ends all other sessions",
  access: { role: "annotator", scope: "admin" },
  body: z.strictObject({ current: z.string().max(200), next: passwordSchema }),
});
const userFilter = {
  search: z.string().max(200).optional(),
  role: roleSchema.optional(),
  state: z.enum(["active", "disabled"]).optional(),
};

export const listUsers = defineEndpoint({
  method: "GET",
  path: "/users",
  summary: "People, newest first",
  access: { role: "admin", scope: "admin" },
  query: pageQuery.extend(userFilter),
  response: pageOf(userSchema),
});
export const exportUsers = defineEndpoint({
  method: "GET",
  path: "/users/export",
  summary: "The list of people under the same filters, as CSV",
  access: { role: "admin", scope: "admin" },
  query: z.object({ ...userFilter, columns: columnsSchema }),
  rawResponse: "text/csv",
});
export const createUser = defineEndpoint({
  method: "POST",
  path: "/users",
  summary: "Create a person who signs in with e-mail and password",
  access: { role: "admin", scope: "admin" },
  body: z.strictObject({
    email: emailSchema,
    name: z.string().trim().min(1).max(200),
    role: roleSchema,
    password: passwordSchema,
    locale: localeSchema.default("en"),
  }),
  response: userSchema,
  status: 201,
});
export const updateUser = defineEndpoint({
  method: "PATCH",
  path: "/users/{id}",
  summary: "Change a person's role, or disable the account (ends its sessions at once)",
  access: { role: "admin", scope: "admin" },
  params: idParams,
  body: z.strictObject({
    role: roleSchema.optional(),
    disabled: z.boolean().optional(),
    name: z.string().trim().min(1).max(200).optional(),
  }),
  response: userSchema,
});
