import { getOpenApi } from "@/lib/contracts/system";
import { openApiDocument } from "@/lib/http/openapi";
import { route } from "@/lib/http/route";

export const GET = route(getOpenApi, async () => openApiDocument());
