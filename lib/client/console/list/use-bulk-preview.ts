"use client";
/** What a bulk action would do, asked again whenever the action or the rows change; null = nothing to ask yet. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type BulkPreview, type BulkRequest, previewBulkAction } from "@/lib/contracts/bulk-actions";
import { callFor } from "../../call";
import type { ProblemError } from "../../problem";

export function useBulkPreview(projectId: string, request: BulkRequest | null) {
  return useQuery<BulkPreview, ProblemError>({
    queryKey: [previewBulkAction.path, projectId, request],
    queryFn: ({ signal }) => callFor(previewBulkAction, { params: { projectId }, body: request!, signal }),
    enabled: request !== null,
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  });
}
