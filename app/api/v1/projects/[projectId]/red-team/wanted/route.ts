import { listWantedCells } from "@/lib/contracts/red-team";
import { route } from "@/lib/http/route";
import { listWanted } from "@/lib/services/red-team/coverage";

export const GET = route(listWantedCells, ({ context, params }) => listWanted(context, params.projectId));
