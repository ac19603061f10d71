CREATE INDEX "prompts_category" ON "prompts" USING btree ("project_id","category","created_at","id") WHERE category is not null;--> statement-breakpoint
CREATE INDEX "comparisons_unsafe" ON "comparisons" USING btree ("project_id","sequence") WHERE safety = 'preferred_unsafe';--> statement-breakpoint
CREATE INDEX "items_campaign" ON "items" USING btree ("campaign_id","created_at","id");--> statement-breakpoint
CREATE INDEX "items_category" ON "items" USING btree ("project_id","category","created_at","id") WHERE category is not null;