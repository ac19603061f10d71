/** Pieces that many contracts share. */
import { z } from "zod";
import { isSearchable } from "@/lib/domain/lists";

export const idSchema = z.uuid();
export const idParams = z.object({ id: idSchema });
export const projectParams = z.object({ projectId: idSchema });
export const instantSchema = z.iso.datetime();
export const roleSchema = z.enum(["annotator", "reviewer", "lead", "admin"]);
export const scopeSchema = z.enum(["annotate", "review", "projects", "data", "train", "admin"]);
export const taskSchema = z.enum(["helpfulness", "safety"]);

/** Keyset paging: `after` is the previous page's `next`. */
export const pageQuery = z.object({
  after: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const pageOf = <S extends z.ZodType>(row: S) => z.object({ rows: z.array(row), next: z.string().nullable() });

/** Part of a text, in any case; two syllables of Korean, Chinese or Japanese are found where a word begins with them. */
export const searchSchema = z
  .string()
  .trim()
  .max(200)
  .refine(isSearchable, "needs at least three letters, or two of Korean, Chinese or Japanese");

/** Names of the columns that a list's CSV shall have, in their order; all when absent. */
export const columnsSchema = z
  .string()
  .regex(/^[a-zA-Z0-9]+(,[a-zA-Z0-9]+){0,39}$/, "names of columns, separated by commas")
  .optional();
