ALTER TYPE "public"."triage_action" ADD VALUE 'withdrawn';--> statement-breakpoint
DROP INDEX "triage_decisions_once";--> statement-breakpoint
ALTER TABLE "triage_decisions" ADD COLUMN "supersedes_id" uuid;--> statement-breakpoint
ALTER TABLE "triage_decisions" ADD CONSTRAINT "triage_decisions_supersedes_id_triage_decisions_id_fk" FOREIGN KEY ("supersedes_id") REFERENCES "public"."triage_decisions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "triage_decisions_next" ON "triage_decisions" USING btree ("supersedes_id") WHERE supersedes_id is not null;--> statement-breakpoint
CREATE INDEX "triage_decisions_comparison" ON "triage_decisions" USING btree ("comparison_id");--> statement-breakpoint
CREATE UNIQUE INDEX "triage_decisions_once" ON "triage_decisions" USING btree ("comparison_id") WHERE supersedes_id is null;