import { and, desc, eq } from "drizzle-orm";
import type { Connection } from "@/db/client";
import { guidelineVersions } from "@/db/schema";

/** The guidelines a certificate granted now stands for. */
export async function newestGuidelineId(
  connection: Connection,
  projectId: string,
  task: "helpfulness" | "safety",
): Promise<string | null> {
  const [row] = await connection
    .select({ id: guidelineVersions.id })
    .from(guidelineVersions)
    .where(and(eq(guidelineVersions.projectId, projectId), eq(guidelineVersions.task, task)))
    .orderBy(desc(guidelineVersions.createdAt))
    .limit(1);
  return row?.id ?? null;
}
