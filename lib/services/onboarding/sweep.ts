/** What time alone decides: tests whose deadline passed, certificates whose day of renewal came. The worker calls it every minute. */
import { DomainError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { applyDueRecertifications } from "./recertify";
import { closeOverdue } from "./settle";

export async function sweepOnboarding(context: ServiceContext): Promise<void> {
  if (context.actor.kind !== "system") throw new DomainError("forbidden");
  await closeOverdue(context);
  await applyDueRecertifications(context);
}
