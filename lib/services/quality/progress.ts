/** What a lead plans with: progress and forecast by campaign, hours by day as a file. */
import { selectHours, selectProgress } from "@/db/queries/quality";
import type { CampaignProgress } from "@/lib/contracts/quality";
import { forecastFinish } from "@/lib/domain/forecast";
import { requireProject, type ServiceContext } from "../context";
import { csvCell } from "../export/formats";
import { BATCHES_PER_READ } from "./agreement";
import { refreshQuality } from "./refresh";

const FORECAST_DAYS = 14;

export async function readProgress(context: ServiceContext, projectId: string) {
  await requireProject(context, context.db, projectId, "lead");
  await refreshQuality(context, BATCHES_PER_READ);
  const rows = await selectProgress(context.db, projectId, FORECAST_DAYS);
  return {
    campaigns: rows.map(({ daily, ...row }): CampaignProgress => {
      const { perDay, days, interval } = forecastFinish(daily, row.judgementsWanted - row.judgements);
      return { ...row, perDay, daysLeft: days, interval };
    }),
  };
}

const HEADER = ["day", "name", "email", "campaign", "judgements", "hours"];
const MS_PER_HOUR = 3_600_000;

/** Cells are safe against formula injection. Days are UTC. */
export async function exportHours(
  context: ServiceContext,
  filter: { projectId: string; campaignId?: string | undefined; from?: string | undefined; to?: string | undefined },
): Promise<string> {
  await requireProject(context, context.db, filter.projectId, "lead");
  await refreshQuality(context);
  const rows = await selectHours(context.db, filter);
  const lines = rows.map(({ day, name, email, campaign, judgements, durationMsSum }) =>
    [
      csvCell(day),
      csvCell(name),
      csvCell(email),
      csvCell(campaign),
      judgements,
      (durationMsSum / MS_PER_HOUR).toFixed(3),
    ].join(","),
  );
  return `${[HEADER.join(","), ...lines].join("\r\n")}\r\n`;
}
