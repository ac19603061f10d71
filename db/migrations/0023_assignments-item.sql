DROP INDEX "assignments_item";--> statement-breakpoint
CREATE INDEX "assignments_item" ON "assignments" USING btree ("item_id","user_id");