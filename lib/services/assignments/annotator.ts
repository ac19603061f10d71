/** The signed-in annotator in the shape that the queue's statements take. */
import type { Annotator } from "@/db/queries/queue";
import { requireUser, type ServiceContext } from "../context";

export function annotator(context: ServiceContext): Annotator & { locale: string } {
  const user = requireUser(context);
  return { id: user.id, isAdmin: user.role === "admin", locale: user.locale };
}
