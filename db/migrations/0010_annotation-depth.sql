CREATE TYPE "public"."pause_reason" AS ENUM('gold', 'duration', 'lead');--> statement-breakpoint
CREATE TYPE "public"."gold_source" AS ENUM('lead', 'consensus');--> statement-breakpoint
CREATE TYPE "public"."campaign_ordering" AS ENUM('random', 'uncertainty', 'disagreement', 'coverage');--> statement-breakpoint
CREATE TYPE "public"."item_purpose" AS ENUM('work', 'gold', 'mirror');--> statement-breakpoint
CREATE TABLE "annotator_notes" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"author_id" uuid NOT NULL,
	"comparison_id" uuid,
	"body" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"read_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "annotator_preferences" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"shortcuts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"blur_harmful" boolean DEFAULT true NOT NULL,
	"excluded_categories" text[] DEFAULT '{}'::text[] NOT NULL,
	"exposure_max_per_day" integer,
	"break_after_minutes" integer DEFAULT 50,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "annotator_states" (
	"project_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"paused_at" timestamp with time zone,
	"pause_reason" "pause_reason",
	"pause_note" text DEFAULT '' NOT NULL,
	"gold_seen" integer DEFAULT 0 NOT NULL,
	"gold_right" integer DEFAULT 0 NOT NULL,
	"log_likelihood_ratio" double precision DEFAULT 0 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "annotator_states_project_id_user_id_pk" PRIMARY KEY("project_id","user_id"),
	CONSTRAINT "annotator_states_pause" CHECK (("annotator_states"."paused_at" is null) = ("annotator_states"."pause_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "certificates" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"task" "task" NOT NULL,
	"user_id" uuid NOT NULL,
	"guideline_version_id" uuid,
	"granted_at" timestamp with time zone DEFAULT now() NOT NULL,
	"granted_by" uuid,
	"revoked_at" timestamp with time zone,
	"revoked_reason" text
);
--> statement-breakpoint
CREATE TABLE "guideline_reads" (
	"user_id" uuid NOT NULL,
	"guideline_version_id" uuid NOT NULL,
	"read_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "guideline_reads_user_id_guideline_version_id_pk" PRIMARY KEY("user_id","guideline_version_id")
);
--> statement-breakpoint
CREATE TABLE "gold_answers" (
	"item_id" uuid PRIMARY KEY NOT NULL,
	"preferred" smallint NOT NULL,
	"safety" "comparison_safety",
	"source" "gold_source" NOT NULL,
	"explanation" text DEFAULT '' NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "languages" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "assignments" ADD COLUMN "ordering" "campaign_ordering" DEFAULT 'random' NOT NULL;--> statement-breakpoint
ALTER TABLE "assignments" ADD COLUMN "order_probability" double precision;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "ordering" "campaign_ordering" DEFAULT 'random' NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "languages" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "certified_only" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "gold_share" real DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "mirror_share" real DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "mirror_after_days" integer DEFAULT 14 NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "duration_min_ms" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "judgements_max_per_day" integer;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "exposure_max_per_day" integer;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "cooldown_minutes" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "vote_early" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "comparisons" ADD COLUMN "reasons" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "comparisons" ADD COLUMN "both_unacceptable" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "comparisons" ADD COLUMN "risk_category" text;--> statement-breakpoint
ALTER TABLE "comparisons" ADD COLUMN "attack_vector" text;--> statement-breakpoint
ALTER TABLE "comparisons" ADD COLUMN "severity" integer;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "purpose" "item_purpose" DEFAULT 'work' NOT NULL;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "reserved_for" uuid;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "mirror_of_id" uuid;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "language" text;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "category" text;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "attack_vector" text;--> statement-breakpoint
ALTER TABLE "annotator_notes" ADD CONSTRAINT "annotator_notes_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "annotator_notes" ADD CONSTRAINT "annotator_notes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "annotator_notes" ADD CONSTRAINT "annotator_notes_author_id_users_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "annotator_notes" ADD CONSTRAINT "annotator_notes_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "annotator_preferences" ADD CONSTRAINT "annotator_preferences_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "annotator_states" ADD CONSTRAINT "annotator_states_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "annotator_states" ADD CONSTRAINT "annotator_states_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "certificates" ADD CONSTRAINT "certificates_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "certificates" ADD CONSTRAINT "certificates_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "certificates" ADD CONSTRAINT "certificates_guideline_version_id_guideline_versions_id_fk" FOREIGN KEY ("guideline_version_id") REFERENCES "public"."guideline_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "certificates" ADD CONSTRAINT "certificates_granted_by_users_id_fk" FOREIGN KEY ("granted_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guideline_reads" ADD CONSTRAINT "guideline_reads_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guideline_reads" ADD CONSTRAINT "guideline_reads_guideline_version_id_guideline_versions_id_fk" FOREIGN KEY ("guideline_version_id") REFERENCES "public"."guideline_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gold_answers" ADD CONSTRAINT "gold_answers_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gold_answers" ADD CONSTRAINT "gold_answers_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "annotator_notes_user" ON "annotator_notes" USING btree ("user_id","project_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "certificates_valid" ON "certificates" USING btree ("project_id","task","user_id") WHERE revoked_at is null;--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_reserved_for_users_id_fk" FOREIGN KEY ("reserved_for") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_mirror_of_id_comparisons_id_fk" FOREIGN KEY ("mirror_of_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_shares" CHECK ("campaigns"."gold_share" between 0 and 0.5 and "campaigns"."mirror_share" between 0 and 0.5);--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_severity" CHECK ("comparisons"."severity" is null or "comparisons"."severity" between 1 and 5);--> statement-breakpoint
update items set
  language = coalesce((select p.language from prompts p where p.id = items.prompt_id), (select d.language from dialogues d where d.id = items.dialogue_id)),
  category = (select p.category from prompts p where p.id = items.prompt_id);
