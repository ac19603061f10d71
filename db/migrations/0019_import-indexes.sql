CREATE TABLE "red_team_cells" (
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"day" date NOT NULL,
	"category" text NOT NULL,
	"attack_vector" text NOT NULL,
	"judgements" integer NOT NULL,
	"violations" integer NOT NULL,
	"duration_ms_sum" bigint NOT NULL,
	"severities" integer[] NOT NULL,
	CONSTRAINT "red_team_cells_key" PRIMARY KEY("project_id","campaign_id","day","category","attack_vector")
);
--> statement-breakpoint
DROP INDEX "dialogues_project";--> statement-breakpoint
DROP INDEX "messages_dialogue";--> statement-breakpoint
DROP INDEX "messages_parent";--> statement-breakpoint
DROP INDEX "comparisons_sequence";--> statement-breakpoint
DROP INDEX "items_dialogue";--> statement-breakpoint
DROP INDEX "comparisons_list";--> statement-breakpoint
DROP INDEX "items_import_content";--> statement-breakpoint
ALTER TABLE "red_team_cells" ADD CONSTRAINT "red_team_cells_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_cells" ADD CONSTRAINT "red_team_cells_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "comparisons_list" ON "comparisons" USING btree ("project_id","sequence");--> statement-breakpoint
CREATE INDEX "items_import_content" ON "items" USING btree ("project_id",hashtextextended(payload->>'contentHash', 0)) WHERE payload->>'contentHash' is not null;--> statement-breakpoint
INSERT INTO "red_team_cells" SELECT "project_id", "campaign_id", "day", "category", "attack_vector", sum("judgements"), sum("violations"), sum("duration_ms_sum"),
  ARRAY[sum("severities"[1]), sum("severities"[2]), sum("severities"[3]), sum("severities"[4]), sum("severities"[5])]::integer[]
FROM "red_team_days" GROUP BY 1, 2, 3, 4, 5 HAVING sum("judgements") > 0;--> statement-breakpoint
ALTER TABLE "red_team_days" DROP COLUMN "judgements";--> statement-breakpoint
ALTER TABLE "red_team_days" DROP COLUMN "violations";--> statement-breakpoint
ALTER TABLE "red_team_days" DROP COLUMN "duration_ms_sum";--> statement-breakpoint
ALTER TABLE "red_team_days" DROP COLUMN "severities";