CREATE TYPE "public"."note_kind" AS ENUM('note', 'gold', 'pause', 'resume');--> statement-breakpoint
CREATE TYPE "public"."entry_test_attempt_state" AS ENUM('running', 'submitted', 'graded', 'void');--> statement-breakpoint
CREATE TYPE "public"."entry_test_outcome" AS ENUM('passed', 'failed');--> statement-breakpoint
CREATE TYPE "public"."policy_check_state" AS ENUM('queued', 'done', 'failed');--> statement-breakpoint
CREATE TYPE "public"."adjudication_outcome" AS ENUM('verdict', 'plurality', 'guideline_gap', 'withdrawn');--> statement-breakpoint
CREATE TYPE "public"."triage_action" AS ENUM('ask_annotator', 'ask_lead', 'keep_plurality', 'review', 'dismiss');--> statement-breakpoint
CREATE TYPE "public"."triage_queue" AS ENUM('likely_slip', 'guideline_gap', 'plurality');--> statement-breakpoint
CREATE TYPE "public"."webhook_delivery_state" AS ENUM('pending', 'delivered', 'dead');--> statement-breakpoint
ALTER TYPE "public"."review_decision" ADD VALUE 'fixed' BEFORE 'rejected';--> statement-breakpoint
ALTER TYPE "public"."review_decision" ADD VALUE 'withdrawn';--> statement-breakpoint
CREATE TABLE "bulk_action_rows" (
	"bulk_action_id" uuid NOT NULL,
	"row_id" uuid NOT NULL,
	"before" jsonb NOT NULL,
	"after" jsonb NOT NULL,
	CONSTRAINT "bulk_action_rows_bulk_action_id_row_id_pk" PRIMARY KEY("bulk_action_id","row_id")
);
--> statement-breakpoint
CREATE TABLE "bulk_actions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"user_id" uuid,
	"screen" text NOT NULL,
	"action" jsonb NOT NULL,
	"rows" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"undone_at" timestamp with time zone,
	"undone_by" uuid,
	"refused_rows" integer
);
--> statement-breakpoint
CREATE TABLE "saved_views" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid,
	"user_id" uuid NOT NULL,
	"screen" text NOT NULL,
	"name" text NOT NULL,
	"query" text NOT NULL,
	"shared" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "entry_test_answers" (
	"attempt_id" uuid NOT NULL,
	"question_id" text NOT NULL,
	"answer" jsonb NOT NULL,
	"revision" integer NOT NULL,
	"saved_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "entry_test_answers_attempt_id_question_id_pk" PRIMARY KEY("attempt_id","question_id")
);
--> statement-breakpoint
CREATE TABLE "entry_test_attempts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"test_id" uuid NOT NULL,
	"version_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"locale" text NOT NULL,
	"state" "entry_test_attempt_state" DEFAULT 'running' NOT NULL,
	"started_at" timestamp with time zone DEFAULT date_trunc('milliseconds', now()) NOT NULL,
	"deadline" timestamp with time zone NOT NULL,
	"minutes_added" integer DEFAULT 0 NOT NULL,
	"submitted_at" timestamp with time zone,
	"graded_at" timestamp with time zone,
	"outcome" "entry_test_outcome",
	"results" jsonb,
	"voided_reason" text,
	CONSTRAINT "entry_test_attempts_graded" CHECK ("entry_test_attempts"."state" <> 'graded' or "entry_test_attempts"."outcome" is not null),
	CONSTRAINT "entry_test_attempts_submitted" CHECK ("entry_test_attempts"."state" in ('running', 'void') or "entry_test_attempts"."submitted_at" is not null)
);
--> statement-breakpoint
CREATE TABLE "entry_test_grades" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"attempt_id" uuid NOT NULL,
	"question_id" text NOT NULL,
	"grader_id" uuid,
	"score" smallint NOT NULL,
	"comment" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "entry_test_grades_score" CHECK (case when "entry_test_grades"."grader_id" is null then "entry_test_grades"."score" between 0 and 1 else "entry_test_grades"."score" between 1 and 5 end)
);
--> statement-breakpoint
CREATE TABLE "entry_test_versions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"test_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"content" jsonb NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"published_at" timestamp with time zone,
	"published_by" uuid
);
--> statement-breakpoint
CREATE TABLE "entry_tests" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"task" "task" NOT NULL,
	"position" integer NOT NULL,
	"required" boolean DEFAULT true NOT NULL,
	"template" text,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "recertifications" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"task" "task" NOT NULL,
	"user_id" uuid,
	"guideline_version_id" uuid,
	"reason" text DEFAULT '' NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"applied_at" timestamp with time zone,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "policy_checks" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"variant_id" uuid NOT NULL,
	"requested_by" uuid,
	"prompt" text NOT NULL,
	"state" "policy_check_state" DEFAULT 'queued' NOT NULL,
	"text" text,
	"error" text,
	"first_text_ms" integer,
	"duration_ms" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "gold_grades" (
	"item_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"comparison_id" uuid NOT NULL,
	"sequence" bigint NOT NULL,
	"judged_at" timestamp with time zone NOT NULL,
	"is_right" boolean NOT NULL,
	CONSTRAINT "gold_grades_key" PRIMARY KEY("item_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "quality_mirrors" (
	"item_id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"day" date NOT NULL,
	"consistent" boolean NOT NULL,
	"chose_a_twice" boolean,
	"flipped" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "annotator_days" (
	"user_id" uuid NOT NULL,
	"day" date NOT NULL,
	"campaign_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"judgements" integer DEFAULT 0 NOT NULL,
	"exposures" integer DEFAULT 0 NOT NULL,
	"last_exposure_at" timestamp with time zone,
	CONSTRAINT "annotator_days_user_id_day_campaign_id_pk" PRIMARY KEY("user_id","day","campaign_id")
);
--> statement-breakpoint
CREATE TABLE "campaign_tallies" (
	"campaign_id" uuid PRIMARY KEY NOT NULL,
	"items" integer NOT NULL,
	"items_done" integer NOT NULL,
	"items_open" integer NOT NULL,
	"counted_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ordering" "campaign_ordering",
	"items_ordered" integer DEFAULT 0 NOT NULL,
	"ordered_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "red_team_days" (
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"day" date NOT NULL,
	"category" text NOT NULL,
	"attack_vector" text NOT NULL,
	"judgements" integer NOT NULL,
	"violations" integer NOT NULL,
	"duration_ms_sum" bigint NOT NULL,
	"severities" integer[] NOT NULL,
	"exposures" integer NOT NULL,
	CONSTRAINT "red_team_days_key" PRIMARY KEY("project_id","campaign_id","user_id","day","category","attack_vector")
);
--> statement-breakpoint
CREATE TABLE "red_team_findings" (
	"comparison_id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"item_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"category" text NOT NULL,
	"attack_vector" text NOT NULL,
	"is_work" boolean NOT NULL,
	"is_harmful" boolean NOT NULL,
	"is_violation" boolean NOT NULL,
	"severity" integer,
	"duration_ms" integer NOT NULL,
	"unsafe_id" uuid,
	"safe_id" uuid,
	"variant1_id" uuid,
	"variant2_id" uuid,
	"unsafe1" boolean NOT NULL,
	"unsafe2" boolean NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "red_team_pending" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"comparison_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "red_team_prompts" (
	"message_id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"novelty" real,
	"nearest_id" uuid
);
--> statement-breakpoint
CREATE TABLE "red_team_rechecks" (
	"score_request_id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"reward_model_id" uuid NOT NULL,
	"taken_in" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "red_team_targets" (
	"project_id" uuid NOT NULL,
	"category" text NOT NULL,
	"attack_vector" text NOT NULL,
	"target" integer NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"updated_by" uuid,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "red_team_targets_project_id_category_attack_vector_pk" PRIMARY KEY("project_id","category","attack_vector"),
	CONSTRAINT "red_team_targets_target" CHECK ("red_team_targets"."target" > 0)
);
--> statement-breakpoint
CREATE TABLE "red_team_variants" (
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"variant_id" uuid NOT NULL,
	"day" date NOT NULL,
	"judgements" integer NOT NULL,
	"violations" integer NOT NULL,
	"duration_ms_sum" bigint NOT NULL,
	CONSTRAINT "red_team_variants_key" PRIMARY KEY("project_id","campaign_id","variant_id","day")
);
--> statement-breakpoint
CREATE TABLE "adjudications" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"item_id" uuid NOT NULL,
	"adjudicator_id" uuid NOT NULL,
	"outcome" "adjudication_outcome" NOT NULL,
	"swapped" boolean NOT NULL,
	"preferred" smallint,
	"strength" "strength",
	"safety" "comparison_safety",
	"note" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "adjudications_verdict" CHECK (("adjudications"."outcome" = 'verdict') = ("adjudications"."preferred" is not null and "adjudications"."strength" is not null)),
	CONSTRAINT "adjudications_preferred" CHECK ("adjudications"."preferred" is null or "adjudications"."preferred" in (1, 2)),
	CONSTRAINT "adjudications_safety" CHECK ("adjudications"."safety" is null or "adjudications"."outcome" = 'verdict')
);
--> statement-breakpoint
CREATE TABLE "case_comments" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"item_id" uuid NOT NULL,
	"author_id" uuid NOT NULL,
	"body" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "corrections" (
	"review_id" uuid PRIMARY KEY NOT NULL,
	"chosen_id" uuid NOT NULL,
	"rejected_id" uuid NOT NULL,
	"strength" "strength" NOT NULL,
	"safety" "comparison_safety",
	"tags" text[] NOT NULL,
	"rationale" text,
	"edited_response" text
);
--> statement-breakpoint
CREATE TABLE "disagreements" (
	"item_id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"sequence" bigserial NOT NULL,
	"language" text NOT NULL,
	"category" text NOT NULL,
	"claimed_by" uuid,
	"claimed_until" timestamp with time zone,
	"settled_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "guideline_gaps" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"item_id" uuid NOT NULL,
	"category" text NOT NULL,
	"note" text NOT NULL,
	"raised_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"resolution" text,
	"resolved_by" uuid,
	"resolved_at" timestamp with time zone,
	CONSTRAINT "guideline_gaps_resolved" CHECK (("guideline_gaps"."resolved_at" is null) = ("guideline_gaps"."resolution" is null))
);
--> statement-breakpoint
CREATE TABLE "review_cases" (
	"comparison_id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"sequence" bigint NOT NULL,
	"language" text NOT NULL,
	"reasons" text[] NOT NULL,
	"claimed_by" uuid,
	"claimed_until" timestamp with time zone,
	"settled_at" timestamp with time zone,
	CONSTRAINT "review_cases_reasons" CHECK (cardinality("review_cases"."reasons") > 0)
);
--> statement-breakpoint
CREATE TABLE "surprises" (
	"comparison_id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"reward_model_id" uuid NOT NULL,
	"reward_chosen" real NOT NULL,
	"reward_rejected" real NOT NULL,
	"surprise" real NOT NULL,
	"scored_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "triage_decisions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"comparison_id" uuid NOT NULL,
	"decider_id" uuid NOT NULL,
	"queue" "triage_queue" NOT NULL,
	"action" "triage_action" NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"webhook_id" uuid NOT NULL,
	"event" text NOT NULL,
	"body" text NOT NULL,
	"state" "webhook_delivery_state" DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL,
	"response_status" integer,
	"error" text,
	"duration_ms" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"delivered_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"url" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"events" text[] NOT NULL,
	"secret_ciphertext" "bytea" NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"disabled_at" timestamp with time zone,
	"disabled_reason" text,
	"cursor_transaction" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"cursor_event" bigint DEFAULT 0 NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
DROP INDEX "assignments_user";--> statement-breakpoint
DROP INDEX "items_project";--> statement-breakpoint
DROP INDEX "items_queue";--> statement-breakpoint
ALTER TABLE "annotator_notes" ALTER COLUMN "author_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "annotator_notes" ADD COLUMN "kind" "note_kind" DEFAULT 'note' NOT NULL;--> statement-breakpoint
ALTER TABLE "annotator_notes" ADD COLUMN "visible_from" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "annotator_states" ADD COLUMN "tested_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "gold_answers" ADD COLUMN "source_item_id" uuid;--> statement-breakpoint
ALTER TABLE "gold_answers" ADD COLUMN "voided" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "quality_days" ADD COLUMN "check_judgements" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "quality_days" ADD COLUMN "check_duration_ms_sum" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "review_share" real;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "order_key" double precision;--> statement-breakpoint
ALTER TABLE "items" ADD COLUMN "order_probability" real;--> statement-breakpoint
ALTER TABLE "bulk_action_rows" ADD CONSTRAINT "bulk_action_rows_bulk_action_id_bulk_actions_id_fk" FOREIGN KEY ("bulk_action_id") REFERENCES "public"."bulk_actions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bulk_actions" ADD CONSTRAINT "bulk_actions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bulk_actions" ADD CONSTRAINT "bulk_actions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bulk_actions" ADD CONSTRAINT "bulk_actions_undone_by_users_id_fk" FOREIGN KEY ("undone_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "saved_views" ADD CONSTRAINT "saved_views_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "saved_views" ADD CONSTRAINT "saved_views_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_test_answers" ADD CONSTRAINT "entry_test_answers_attempt_id_entry_test_attempts_id_fk" FOREIGN KEY ("attempt_id") REFERENCES "public"."entry_test_attempts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_test_attempts" ADD CONSTRAINT "entry_test_attempts_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_test_attempts" ADD CONSTRAINT "entry_test_attempts_test_id_entry_tests_id_fk" FOREIGN KEY ("test_id") REFERENCES "public"."entry_tests"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_test_attempts" ADD CONSTRAINT "entry_test_attempts_version_id_entry_test_versions_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."entry_test_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_test_attempts" ADD CONSTRAINT "entry_test_attempts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_test_grades" ADD CONSTRAINT "entry_test_grades_attempt_id_entry_test_attempts_id_fk" FOREIGN KEY ("attempt_id") REFERENCES "public"."entry_test_attempts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_test_grades" ADD CONSTRAINT "entry_test_grades_grader_id_users_id_fk" FOREIGN KEY ("grader_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_test_versions" ADD CONSTRAINT "entry_test_versions_test_id_entry_tests_id_fk" FOREIGN KEY ("test_id") REFERENCES "public"."entry_tests"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_test_versions" ADD CONSTRAINT "entry_test_versions_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_test_versions" ADD CONSTRAINT "entry_test_versions_published_by_users_id_fk" FOREIGN KEY ("published_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_tests" ADD CONSTRAINT "entry_tests_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "entry_tests" ADD CONSTRAINT "entry_tests_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recertifications" ADD CONSTRAINT "recertifications_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recertifications" ADD CONSTRAINT "recertifications_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recertifications" ADD CONSTRAINT "recertifications_guideline_version_id_guideline_versions_id_fk" FOREIGN KEY ("guideline_version_id") REFERENCES "public"."guideline_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recertifications" ADD CONSTRAINT "recertifications_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_checks" ADD CONSTRAINT "policy_checks_variant_id_policy_variants_id_fk" FOREIGN KEY ("variant_id") REFERENCES "public"."policy_variants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_checks" ADD CONSTRAINT "policy_checks_requested_by_users_id_fk" FOREIGN KEY ("requested_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gold_grades" ADD CONSTRAINT "gold_grades_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gold_grades" ADD CONSTRAINT "gold_grades_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gold_grades" ADD CONSTRAINT "gold_grades_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gold_grades" ADD CONSTRAINT "gold_grades_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gold_grades" ADD CONSTRAINT "gold_grades_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_mirrors" ADD CONSTRAINT "quality_mirrors_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_mirrors" ADD CONSTRAINT "quality_mirrors_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_mirrors" ADD CONSTRAINT "quality_mirrors_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quality_mirrors" ADD CONSTRAINT "quality_mirrors_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "annotator_days" ADD CONSTRAINT "annotator_days_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "annotator_days" ADD CONSTRAINT "annotator_days_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "annotator_days" ADD CONSTRAINT "annotator_days_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_tallies" ADD CONSTRAINT "campaign_tallies_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_days" ADD CONSTRAINT "red_team_days_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_days" ADD CONSTRAINT "red_team_days_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_days" ADD CONSTRAINT "red_team_days_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_findings" ADD CONSTRAINT "red_team_findings_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_findings" ADD CONSTRAINT "red_team_findings_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_findings" ADD CONSTRAINT "red_team_findings_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_findings" ADD CONSTRAINT "red_team_findings_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_findings" ADD CONSTRAINT "red_team_findings_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_findings" ADD CONSTRAINT "red_team_findings_unsafe_id_messages_id_fk" FOREIGN KEY ("unsafe_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_findings" ADD CONSTRAINT "red_team_findings_safe_id_messages_id_fk" FOREIGN KEY ("safe_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_findings" ADD CONSTRAINT "red_team_findings_variant1_id_policy_variants_id_fk" FOREIGN KEY ("variant1_id") REFERENCES "public"."policy_variants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_findings" ADD CONSTRAINT "red_team_findings_variant2_id_policy_variants_id_fk" FOREIGN KEY ("variant2_id") REFERENCES "public"."policy_variants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_pending" ADD CONSTRAINT "red_team_pending_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_prompts" ADD CONSTRAINT "red_team_prompts_message_id_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_prompts" ADD CONSTRAINT "red_team_prompts_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_prompts" ADD CONSTRAINT "red_team_prompts_nearest_id_messages_id_fk" FOREIGN KEY ("nearest_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_rechecks" ADD CONSTRAINT "red_team_rechecks_score_request_id_score_requests_id_fk" FOREIGN KEY ("score_request_id") REFERENCES "public"."score_requests"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_rechecks" ADD CONSTRAINT "red_team_rechecks_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_rechecks" ADD CONSTRAINT "red_team_rechecks_reward_model_id_reward_models_id_fk" FOREIGN KEY ("reward_model_id") REFERENCES "public"."reward_models"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_targets" ADD CONSTRAINT "red_team_targets_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_targets" ADD CONSTRAINT "red_team_targets_updated_by_users_id_fk" FOREIGN KEY ("updated_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_variants" ADD CONSTRAINT "red_team_variants_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_variants" ADD CONSTRAINT "red_team_variants_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "red_team_variants" ADD CONSTRAINT "red_team_variants_variant_id_policy_variants_id_fk" FOREIGN KEY ("variant_id") REFERENCES "public"."policy_variants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjudications" ADD CONSTRAINT "adjudications_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjudications" ADD CONSTRAINT "adjudications_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjudications" ADD CONSTRAINT "adjudications_adjudicator_id_users_id_fk" FOREIGN KEY ("adjudicator_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "case_comments" ADD CONSTRAINT "case_comments_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "case_comments" ADD CONSTRAINT "case_comments_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "case_comments" ADD CONSTRAINT "case_comments_author_id_users_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "corrections" ADD CONSTRAINT "corrections_review_id_reviews_id_fk" FOREIGN KEY ("review_id") REFERENCES "public"."reviews"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "corrections" ADD CONSTRAINT "corrections_chosen_id_messages_id_fk" FOREIGN KEY ("chosen_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "corrections" ADD CONSTRAINT "corrections_rejected_id_messages_id_fk" FOREIGN KEY ("rejected_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disagreements" ADD CONSTRAINT "disagreements_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disagreements" ADD CONSTRAINT "disagreements_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disagreements" ADD CONSTRAINT "disagreements_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disagreements" ADD CONSTRAINT "disagreements_claimed_by_users_id_fk" FOREIGN KEY ("claimed_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guideline_gaps" ADD CONSTRAINT "guideline_gaps_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guideline_gaps" ADD CONSTRAINT "guideline_gaps_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guideline_gaps" ADD CONSTRAINT "guideline_gaps_raised_by_users_id_fk" FOREIGN KEY ("raised_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guideline_gaps" ADD CONSTRAINT "guideline_gaps_resolved_by_users_id_fk" FOREIGN KEY ("resolved_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_cases" ADD CONSTRAINT "review_cases_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_cases" ADD CONSTRAINT "review_cases_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_cases" ADD CONSTRAINT "review_cases_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_cases" ADD CONSTRAINT "review_cases_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review_cases" ADD CONSTRAINT "review_cases_claimed_by_users_id_fk" FOREIGN KEY ("claimed_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "surprises" ADD CONSTRAINT "surprises_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "surprises" ADD CONSTRAINT "surprises_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "surprises" ADD CONSTRAINT "surprises_reward_model_id_reward_models_id_fk" FOREIGN KEY ("reward_model_id") REFERENCES "public"."reward_models"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "triage_decisions" ADD CONSTRAINT "triage_decisions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "triage_decisions" ADD CONSTRAINT "triage_decisions_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "triage_decisions" ADD CONSTRAINT "triage_decisions_decider_id_users_id_fk" FOREIGN KEY ("decider_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_id_webhooks_id_fk" FOREIGN KEY ("webhook_id") REFERENCES "public"."webhooks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "bulk_actions_project" ON "bulk_actions" USING btree ("project_id","screen","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "saved_views_name" ON "saved_views" USING btree ("user_id","screen",coalesce("project_id", '00000000-0000-0000-0000-000000000000'::uuid),"name");--> statement-breakpoint
CREATE INDEX "saved_views_project" ON "saved_views" USING btree ("project_id","screen");--> statement-breakpoint
CREATE UNIQUE INDEX "entry_test_attempts_running" ON "entry_test_attempts" USING btree ("user_id") WHERE state = 'running';--> statement-breakpoint
CREATE INDEX "entry_test_attempts_user" ON "entry_test_attempts" USING btree ("user_id","project_id");--> statement-breakpoint
CREATE INDEX "entry_test_attempts_project" ON "entry_test_attempts" USING btree ("project_id","started_at","id");--> statement-breakpoint
CREATE INDEX "entry_test_attempts_open" ON "entry_test_attempts" USING btree ("state","deadline") WHERE state in ('running', 'submitted');--> statement-breakpoint
CREATE UNIQUE INDEX "entry_test_grades_reviewer" ON "entry_test_grades" USING btree ("attempt_id","question_id","grader_id") WHERE grader_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "entry_test_grades_rule" ON "entry_test_grades" USING btree ("attempt_id","question_id") WHERE grader_id is null;--> statement-breakpoint
CREATE UNIQUE INDEX "entry_test_versions_number" ON "entry_test_versions" USING btree ("test_id","version");--> statement-breakpoint
CREATE UNIQUE INDEX "entry_test_versions_draft" ON "entry_test_versions" USING btree ("test_id") WHERE published_at is null;--> statement-breakpoint
CREATE INDEX "entry_tests_project" ON "entry_tests" USING btree ("project_id","task","position");--> statement-breakpoint
CREATE INDEX "recertifications_project" ON "recertifications" USING btree ("project_id","task","created_at");--> statement-breakpoint
CREATE INDEX "recertifications_due" ON "recertifications" USING btree ("due_at") WHERE applied_at is null;--> statement-breakpoint
CREATE INDEX "policy_checks_variant" ON "policy_checks" USING btree ("variant_id","created_at");--> statement-breakpoint
CREATE INDEX "gold_grades_annotator" ON "gold_grades" USING btree ("project_id","user_id","sequence");--> statement-breakpoint
CREATE INDEX "quality_mirrors_project" ON "quality_mirrors" USING btree ("project_id","user_id");--> statement-breakpoint
CREATE INDEX "red_team_days_user" ON "red_team_days" USING btree ("user_id","day");--> statement-breakpoint
CREATE INDEX "red_team_findings_breaks" ON "red_team_findings" USING btree ("project_id","created_at") WHERE is_work and is_violation;--> statement-breakpoint
CREATE INDEX "red_team_prompts_novelty" ON "red_team_prompts" USING btree ("project_id","novelty");--> statement-breakpoint
CREATE INDEX "red_team_prompts_unmeasured" ON "red_team_prompts" USING btree ("project_id","created_at") WHERE novelty is null;--> statement-breakpoint
CREATE INDEX "red_team_rechecks_project" ON "red_team_rechecks" USING btree ("project_id") WHERE taken_in is null;--> statement-breakpoint
CREATE INDEX "adjudications_item" ON "adjudications" USING btree ("item_id","created_at");--> statement-breakpoint
CREATE INDEX "case_comments_item" ON "case_comments" USING btree ("item_id","created_at");--> statement-breakpoint
CREATE INDEX "disagreements_open" ON "disagreements" USING btree ("project_id","sequence") WHERE settled_at is null;--> statement-breakpoint
CREATE INDEX "guideline_gaps_project" ON "guideline_gaps" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "review_cases_open" ON "review_cases" USING btree ("project_id","sequence") WHERE settled_at is null;--> statement-breakpoint
CREATE INDEX "surprises_project" ON "surprises" USING btree ("project_id","surprise");--> statement-breakpoint
CREATE UNIQUE INDEX "triage_decisions_once" ON "triage_decisions" USING btree ("comparison_id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_webhook" ON "webhook_deliveries" USING btree ("webhook_id","created_at","id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" USING btree ("webhook_id","next_attempt_at") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "webhooks_project" ON "webhooks" USING btree ("project_id");--> statement-breakpoint
ALTER TABLE "gold_answers" ADD CONSTRAINT "gold_answers_source_item_id_items_id_fk" FOREIGN KEY ("source_item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "annotator_notes_comparison" ON "annotator_notes" USING btree ("comparison_id");--> statement-breakpoint
CREATE INDEX "prompts_list" ON "prompts" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE INDEX "prompts_text" ON "prompts" USING gin ((jsonb_path_query_array(messages, '$[*].content')::text) gin_trgm_ops);--> statement-breakpoint
CREATE UNIQUE INDEX "gold_answers_source" ON "gold_answers" USING btree ("source_item_id") WHERE retired_at is null;--> statement-breakpoint
CREATE INDEX "quality_items_unanimous" ON "quality_items" USING btree ("project_id","item_id") WHERE cardinality(user_ids) >= 3 and (steps[1] + steps[2] = cardinality(user_ids) or steps[7] + steps[8] = cardinality(user_ids));--> statement-breakpoint
CREATE INDEX "assignments_held" ON "assignments" USING btree ("user_id","project_id") WHERE state = 'leased';--> statement-breakpoint
CREATE INDEX "assignments_recent" ON "assignments" USING btree ("user_id","project_id","leased_at");--> statement-breakpoint
CREATE INDEX "comparisons_list" ON "comparisons" USING btree ("project_id","sequence");--> statement-breakpoint
CREATE INDEX "items_gold" ON "items" USING btree ("campaign_id") WHERE state = 'open' and slots_remaining > 0 and purpose = 'gold';--> statement-breakpoint
CREATE INDEX "items_mirrors" ON "items" USING btree ("reserved_for","campaign_id") WHERE purpose = 'mirror';--> statement-breakpoint
CREATE INDEX "items_list" ON "items" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE INDEX "items_set_aside" ON "items" USING btree ("project_id","created_at","id") WHERE state in ('unusable', 'withdrawn');--> statement-breakpoint
CREATE INDEX "items_checks" ON "items" USING btree ("project_id","created_at","id") WHERE purpose in ('gold', 'mirror');--> statement-breakpoint
CREATE UNIQUE INDEX "items_mirror" ON "items" USING btree ("mirror_of_id");--> statement-breakpoint
CREATE INDEX "items_queue" ON "items" USING btree ("campaign_id",coalesce(order_key, random_key)) WHERE state = 'open' and slots_remaining > 0 and purpose = 'work' and reserved_for is null;--> statement-breakpoint
-- Red-team tallies: what counts is queued in the judgement's own transaction, so that none is missed.
CREATE FUNCTION pairwright_red_team_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.task = 'safety' OR NEW.risk_category IS NOT NULL OR EXISTS (
    SELECT 1 FROM items WHERE id = NEW.item_id AND category IN ('illicit_and_criminal', 'hateful_and_harmful', 'unqualified_advice')
  ) THEN
    INSERT INTO red_team_pending (comparison_id) VALUES (NEW.id);
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER comparisons_red_team AFTER INSERT ON comparisons FOR EACH ROW WHEN (NEW.source = 'annotator') EXECUTE FUNCTION pairwright_red_team_pending();
--> statement-breakpoint
INSERT INTO red_team_pending (comparison_id)
SELECT c.id FROM comparisons c JOIN items i ON i.id = c.item_id
WHERE c.source = 'annotator' AND (c.task = 'safety' OR i.category IN ('illicit_and_criminal', 'hateful_and_harmful', 'unqualified_advice'))
ORDER BY c.sequence;
