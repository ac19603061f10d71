DROP INDEX "comparisons_supersedes";--> statement-breakpoint
DROP INDEX "comparisons_user";--> statement-breakpoint
DROP INDEX "items_next_turn";--> statement-breakpoint
DROP INDEX "items_mirror";--> statement-breakpoint
CREATE UNIQUE INDEX "comparisons_supersedes" ON "comparisons" USING btree ("supersedes_id") WHERE supersedes_id is not null;--> statement-breakpoint
CREATE INDEX "comparisons_user" ON "comparisons" USING btree ("user_id","created_at") WHERE user_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "items_next_turn" ON "items" USING btree ("previous_item_id") WHERE previous_item_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "items_mirror" ON "items" USING btree ("mirror_of_id") WHERE mirror_of_id is not null;--> statement-breakpoint
-- After the row instead of before it: the same promise, and COPY may then write a page of rows at a time.
DROP TRIGGER comparisons_consistent ON comparisons;--> statement-breakpoint
CREATE TRIGGER comparisons_consistent AFTER INSERT ON comparisons FOR EACH ROW EXECUTE FUNCTION pairwright_comparison_consistent();
