/** The demo's people as those who act. */
import type { Role } from "@/lib/domain/roles";
import type { ServiceContext } from "@/lib/services/context";

export interface DemoPerson {
  id: string;
  role: Role;
  locale: "en" | "ko";
}

/** What the person does when signed in. */
export const actingAs = ({ db }: ServiceContext, { id, role, locale }: DemoPerson): ServiceContext => ({
  db,
  actor: { kind: "user", id, role, scopes: null, locale },
});
