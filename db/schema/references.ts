/** Columns that point at the tables which most others belong to. Deleting what they point at is refused. */
import { uuid } from "drizzle-orm/pg-core";
import { users } from "./identity";
import { projects } from "./project";
import { campaigns, items } from "./work";

export const projectId = () =>
  uuid("project_id")
    .notNull()
    .references(() => projects.id);
export const campaignId = () =>
  uuid("campaign_id")
    .notNull()
    .references(() => campaigns.id);
export const itemId = () =>
  uuid("item_id")
    .notNull()
    .references(() => items.id);
export const userId = () =>
  uuid("user_id")
    .notNull()
    .references(() => users.id);
