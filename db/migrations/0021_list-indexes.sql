CREATE INDEX "comparisons_judged" ON "comparisons" USING btree ("project_id","sequence") WHERE source = 'annotator';--> statement-breakpoint
CREATE INDEX "comparisons_imported" ON "comparisons" USING btree ("project_id","sequence") WHERE source = 'import';--> statement-breakpoint
CREATE INDEX "items_open" ON "items" USING btree ("project_id","created_at","id") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "items_not_pairs" ON "items" USING btree ("project_id","created_at","id") WHERE kind in ('live', 'turn_review');--> statement-breakpoint
CREATE INDEX "items_language" ON "items" USING btree ("project_id","language","created_at","id");--> statement-breakpoint
INSERT INTO "quality_patterns" SELECT "project_id", "campaign_id", "language", "category", "steps", '{}', sum("items")
FROM "quality_patterns" WHERE cardinality("steps") > 0 AND cardinality("safety") > 0 GROUP BY 1, 2, 3, 4, 5;--> statement-breakpoint
INSERT INTO "quality_patterns" SELECT "project_id", "campaign_id", "language", "category", '{}', "safety", sum("items")
FROM "quality_patterns" WHERE cardinality("steps") > 0 AND cardinality("safety") > 0 GROUP BY 1, 2, 3, 4, 6;--> statement-breakpoint
DELETE FROM "quality_patterns" WHERE cardinality("steps") > 0 AND cardinality("safety") > 0;
