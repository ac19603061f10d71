import * as contracts from "@/lib/contracts/quality";
import { route } from "@/lib/http/route";
import { exportHours } from "@/lib/services/quality/progress";

export const GET = route(contracts.exportHours, async ({ context, params, query }) => {
  const text = await exportHours(context, { ...params, ...query });
  return new Response(text, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="hours.csv"',
      "x-content-type-options": "nosniff",
    },
  });
});
