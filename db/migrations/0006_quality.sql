CREATE TABLE "quality_battles" (
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"variant1_id" uuid NOT NULL,
	"variant2_id" uuid NOT NULL,
	"length_step" smallint NOT NULL,
	"pair_probability" real NOT NULL,
	"wins1" integer NOT NULL,
	"wins2" integer NOT NULL,
	CONSTRAINT "quality_battles_key" PRIMARY KEY("project_id","campaign_id","user_id","variant1_id","variant2_id","length_step","pair_probability")
);
--> statement-breakpoint
CREATE TABLE "quality_days" (
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"day" date NOT NULL,
	"judgements" integer NOT NULL,
	"duration_ms_sum" bigint NOT NULL,
	"duration_log_sum" double precision NOT NULL,
	"chose_a" integer NOT NULL,
	"lengths_differ" integer NOT NULL,
	"chose_longer" integer NOT NULL,
	"strengths" integer[] NOT NULL,
	CONSTRAINT "quality_days_key" PRIMARY KEY("project_id","campaign_id","user_id","day")
);
--> statement-breakpoint
CREATE TABLE "quality_items" (
	"item_id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"language" text NOT NULL,
	"category" text NOT NULL,
	"steps" smallint[] NOT NULL,
	"safety" smallint[] NOT NULL,
	"user_ids" uuid[] NOT NULL,
	"preferred" smallint[] NOT NULL
);
--> statement-breakpoint
CREATE TABLE "quality_patterns" (
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"language" text NOT NULL,
	"category" text NOT NULL,
	"steps" smallint[] NOT NULL,
	"safety" smallint[] NOT NULL,
	"items" integer NOT NULL,
	CONSTRAINT "quality_patterns_key" PRIMARY KEY("project_id","campaign_id","language","category","steps","safety")
);
--> statement-breakpoint
CREATE TABLE "quality_peers" (
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"pairs" integer NOT NULL,
	"agreeing" integer NOT NULL,
	CONSTRAINT "quality_peers_key" PRIMARY KEY("project_id","campaign_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "quality_pending" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"comparison_id" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "quality_battles" ADD CONSTRAINT "quality_battles_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_battles" ADD CONSTRAINT "quality_battles_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_battles" ADD CONSTRAINT "quality_battles_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_battles" ADD CONSTRAINT "quality_battles_variant1_id_policy_variants_id_fk" FOREIGN KEY ("variant1_id") REFERENCES "public"."policy_variants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_battles" ADD CONSTRAINT "quality_battles_variant2_id_policy_variants_id_fk" FOREIGN KEY ("variant2_id") REFERENCES "public"."policy_variants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_days" ADD CONSTRAINT "quality_days_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_days" ADD CONSTRAINT "quality_days_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_days" ADD CONSTRAINT "quality_days_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_items" ADD CONSTRAINT "quality_items_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_items" ADD CONSTRAINT "quality_items_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_items" ADD CONSTRAINT "quality_items_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_patterns" ADD CONSTRAINT "quality_patterns_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_patterns" ADD CONSTRAINT "quality_patterns_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_peers" ADD CONSTRAINT "quality_peers_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_peers" ADD CONSTRAINT "quality_peers_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_peers" ADD CONSTRAINT "quality_peers_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_pending" ADD CONSTRAINT "quality_pending_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "quality_days_user" ON "quality_days" USING btree ("user_id","day");--> statement-breakpoint
-- In the judgement's own transaction, so that none is missed whatever the order in which transactions commit.
CREATE FUNCTION pairwright_quality_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO quality_pending (comparison_id) VALUES (NEW.id);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER comparisons_quality AFTER INSERT ON comparisons FOR EACH ROW WHEN (NEW.source = 'annotator') EXECUTE FUNCTION pairwright_quality_pending();
--> statement-breakpoint
INSERT INTO quality_pending (comparison_id) SELECT id FROM comparisons WHERE source = 'annotator' ORDER BY sequence;
