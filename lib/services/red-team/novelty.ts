/** How new the prompts are that annotators write. */
import { selectNoveltyBins, selectWritten, type WrittenRow } from "@/db/queries/red-team-figures";
import { requireProject, type ServiceContext } from "../context";
import { BATCHES_PER_READ, refreshNovelty, refreshRedTeam } from "./refresh";

const BINS = 10;
const LISTED = 8;

const writtenOf = ({ createdAtMs, ...row }: WrittenRow) => ({ ...row, createdAt: new Date(createdAtMs).toISOString() });

export async function readNovelty(context: ServiceContext, projectId: string) {
  await requireProject(context, context.db, projectId, "reviewer");
  await refreshRedTeam(context, BATCHES_PER_READ);
  await refreshNovelty(context, projectId, 1);
  const rows = await selectNoveltyBins(context.db, projectId);
  const bins = Array.from({ length: BINS }, (_, bin) => rows.find((row) => row.bin === bin)?.n ?? 0);
  const [least, most] = [
    await selectWritten(context.db, projectId, "least", LISTED),
    await selectWritten(context.db, projectId, "most", LISTED),
  ];
  return {
    measured: bins.reduce((sum, n) => sum + n, 0),
    unmeasured: rows.find(({ bin }) => bin === null)?.n ?? 0,
    bins,
    least: least.map(writtenOf),
    most: most.map(writtenOf),
  };
}
