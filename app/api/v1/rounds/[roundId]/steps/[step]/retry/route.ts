import * as contracts from "@/lib/contracts/rounds";
import { route } from "@/lib/http/route";
import { retryStep } from "@/lib/services/rounds/retry-step";

export const POST = route(contracts.retryRoundStep, ({ context, params }) => retryStep(context, params));
