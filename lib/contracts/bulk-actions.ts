/** Changes of many rows at once: a preview that says what would happen, the change itself, and its undo. */
import { z } from "zod";
import { BULK_IDS_MAX, itemBulkActionSchema, promptBulkActionSchema, SKIP_REASONS } from "@/lib/domain/lists";
import { instantSchema, projectParams } from "./common";
import { defineEndpoint } from "./endpoint";
import { itemFilterSchema, promptFilterSchema } from "./lists";

const lead = { role: "lead", scope: "data" } as const;
const ids = z.array(z.uuid()).min(1).max(BULK_IDS_MAX);

/** Rows by id, or all that a list's filter holds. */
const selectionOf = <S extends z.ZodRawShape>(filter: z.ZodObject<S>) =>
  z.union([z.strictObject({ ids }), z.strictObject({ filter: z.strictObject(filter.shape) })]);

export const bulkRequestSchema = z.discriminatedUnion("screen", [
  z.strictObject({
    screen: z.literal("items"),
    selection: selectionOf(itemFilterSchema),
    action: itemBulkActionSchema,
  }),
  z.strictObject({
    screen: z.literal("prompts"),
    selection: selectionOf(promptFilterSchema),
    action: promptBulkActionSchema,
  }),
]);
export type BulkRequest = z.infer<typeof bulkRequestSchema>;

export const bulkPreviewSchema = z.object({
  selected: z.number().int(),
  changes: z.number().int(),
  skipped: z.array(z.object({ reason: z.enum(SKIP_REASONS), rows: z.number().int() })),
  /** The first few that change: the touched fields before and after. */
  examples: z.array(
    z.object({
      id: z.uuid(),
      text: z.string().nullable(),
      before: z.record(z.string(), z.unknown()),
      after: z.record(z.string(), z.unknown()),
    }),
  ),
});
export type BulkPreview = z.infer<typeof bulkPreviewSchema>;

export const bulkActionSchema = z.object({
  id: z.uuid(),
  projectId: z.uuid(),
  screen: z.enum(["items", "prompts"]),
  action: z.union([itemBulkActionSchema, promptBulkActionSchema]),
  rows: z.number().int(),
  userId: z.uuid().nullable(),
  user: z.string().nullable(),
  createdAt: instantSchema,
  undoneAt: instantSchema.nullable(),
  refusedRows: z.number().int().nullable(),
  /** Until when it can be undone; null when it was, or when its day is over. */
  undoUntil: instantSchema.nullable(),
});
export type BulkAction = z.infer<typeof bulkActionSchema>;

export const previewBulkAction = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/bulk-actions/preview",
  summary: "What a bulk action would change, without changing it",
  access: lead,
  params: projectParams,
  body: bulkRequestSchema,
  response: bulkPreviewSchema,
});

export const applyBulkAction = defineEndpoint({
  method: "POST",
  path: "/projects/{projectId}/bulk-actions",
  summary: "Change many rows in one transaction; with expectedChanges, only if it is still what the preview said",
  access: lead,
  params: projectParams,
  body: z.strictObject({ request: bulkRequestSchema, expectedChanges: z.number().int().min(0).optional() }),
  response: bulkActionSchema,
  status: 201,
});

export const listBulkActions = defineEndpoint({
  method: "GET",
  path: "/projects/{projectId}/bulk-actions",
  summary: "The newest bulk actions of a project",
  access: lead,
  params: projectParams,
  query: z.object({ screen: z.enum(["items", "prompts"]), limit: z.coerce.number().int().min(1).max(50).default(10) }),
  response: z.object({ rows: z.array(bulkActionSchema) }),
});

export const undoBulkAction = defineEndpoint({
  method: "POST",
  path: "/bulk-actions/{bulkActionId}/undo",
  summary: "Undo a bulk action within a day; rows that changed since stay as they are and are named",
  access: lead,
  params: z.object({ bulkActionId: z.uuid() }),
  response: z.object({
    restored: z.number().int(),
    refused: z.number().int(),
    /** The first 100 of them. */
    refusedIds: z.array(z.uuid()),
  }),
});
