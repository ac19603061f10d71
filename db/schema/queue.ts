/** Counts beside the queue, so that no lease has to count rows: an annotator's day, and what is left of a campaign. */
import { sql } from "drizzle-orm";
import { date, integer, pgTable, primaryKey, uuid } from "drizzle-orm/pg-core";
import { instant } from "./columns";
import { users } from "./identity";
import { projects } from "./project";
import { campaignOrdering, campaigns } from "./work";

/** One annotator's day (UTC) in one campaign, counted in the transactions that lease and judge. Gold and mirrored items count too. */
export const annotatorDays = pgTable(
  "annotator_days",
  {
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    day: date("day").notNull(),
    campaignId: uuid("campaign_id")
      .notNull()
      .references(() => campaigns.id),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    /** Comparisons and turn reviews; changes of mind do not count. */
    judgements: integer("judgements").notNull().default(0),
    /** Harmful items handed out, less those that came back unopened. */
    exposures: integer("exposures").notNull().default(0),
    lastExposureAt: instant("last_exposure_at"),
  },
  (table) => [primaryKey({ columns: [table.userId, table.day, table.campaignId] })],
);

/** Counted by the worker; the queue reads them where an estimate will do. Of work alone: gold and mirrored items are no progress. */
export const campaignTallies = pgTable("campaign_tallies", {
  campaignId: uuid("campaign_id")
    .primaryKey()
    .references(() => campaigns.id),
  items: integer("items").notNull(),
  itemsDone: integer("items_done").notNull(),
  /** With a free slot. */
  itemsOpen: integer("items_open").notNull(),
  countedAt: instant("counted_at").notNull().default(sql`now()`),
  /** The order that the items' keys follow; null = none was computed, so they come at random. */
  ordering: campaignOrdering("ordering"),
  /** Open items that the order knows something of; the others come at random. */
  itemsOrdered: integer("items_ordered").notNull().default(0),
  orderedAt: instant("ordered_at"),
});
