ALTER TABLE "generations" ADD COLUMN "claimed_by" uuid;--> statement-breakpoint
ALTER TABLE "generations" ADD COLUMN "provenance" jsonb;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "judgements" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_judgements" CHECK ("items"."judgements" >= 0 and "items"."judgements" + "items"."slots_remaining" <= "items"."overlap");