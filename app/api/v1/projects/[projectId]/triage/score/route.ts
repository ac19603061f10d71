import * as contract from "@/lib/contracts/triage";
import { route } from "@/lib/http/route";
import { requestTriageScores } from "@/lib/services/triage/score";

export const POST = route(contract.scoreTriage, ({ context, params }) => requestTriageScores(context, params));
