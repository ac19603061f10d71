CREATE TYPE "public"."generation_state" AS ENUM('queued', 'running', 'done', 'stopped', 'failed');--> statement-breakpoint
CREATE TYPE "public"."message_role" AS ENUM('system', 'user', 'assistant');--> statement-breakpoint
CREATE TYPE "public"."role" AS ENUM('annotator', 'reviewer', 'lead', 'admin');--> statement-breakpoint
CREATE TYPE "public"."reward_model_state" AS ENUM('candidate', 'serving', 'retired');--> statement-breakpoint
CREATE TYPE "public"."training_run_state" AS ENUM('queued', 'running', 'done', 'failed', 'cancelled');--> statement-breakpoint
CREATE TYPE "public"."policy_kind" AS ENUM('endpoint', 'embedded', 'replay');--> statement-breakpoint
CREATE TYPE "public"."task" AS ENUM('helpfulness', 'safety');--> statement-breakpoint
CREATE TYPE "public"."round_state" AS ENUM('running', 'done', 'failed', 'cancelled');--> statement-breakpoint
CREATE TYPE "public"."round_step_name" AS ENUM('collect', 'freeze', 'train', 'evaluate', 'sample', 'publish');--> statement-breakpoint
CREATE TYPE "public"."step_state" AS ENUM('waiting', 'running', 'done', 'failed', 'cancelled');--> statement-breakpoint
CREATE TYPE "public"."assignment_state" AS ENUM('leased', 'submitted', 'skipped', 'expired', 'released');--> statement-breakpoint
CREATE TYPE "public"."campaign_kind" AS ENUM('preference', 'red_team', 'rejection_sampling', 'ghost_attention');--> statement-breakpoint
CREATE TYPE "public"."campaign_state" AS ENUM('open', 'paused', 'closed');--> statement-breakpoint
CREATE TYPE "public"."comparison_safety" AS ENUM('preferred_safe', 'both_safe', 'both_unsafe', 'preferred_unsafe');--> statement-breakpoint
CREATE TYPE "public"."comparison_source" AS ENUM('annotator', 'import');--> statement-breakpoint
CREATE TYPE "public"."item_kind" AS ENUM('pair', 'live', 'turn_review');--> statement-breakpoint
CREATE TYPE "public"."item_state" AS ENUM('open', 'done', 'unusable', 'withdrawn');--> statement-breakpoint
CREATE TYPE "public"."review_decision" AS ENUM('approved', 'rejected');--> statement-breakpoint
CREATE TYPE "public"."skip_mode" AS ENUM('requeue_for_me', 'requeue_for_others', 'unusable');--> statement-breakpoint
CREATE TYPE "public"."strength" AS ENUM('significantly_better', 'better', 'slightly_better', 'negligibly_better');--> statement-breakpoint
CREATE TABLE "audit_chain" (
	"position" bigint PRIMARY KEY NOT NULL,
	"event_id" bigint NOT NULL,
	"hash" text NOT NULL,
	"sealed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"transaction" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"actor_id" uuid,
	"actor_kind" text NOT NULL,
	"action" text NOT NULL,
	"object_type" text NOT NULL,
	"object_id" text NOT NULL,
	"project_id" uuid,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "exports" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"snapshot_id" uuid NOT NULL,
	"user_id" uuid,
	"format" text NOT NULL,
	"rows" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "worker_heartbeats" (
	"worker_id" text PRIMARY KEY NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dialogues" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"prompt_id" uuid,
	"user_id" uuid,
	"prompt_hash" text,
	"language" text DEFAULT 'en' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"dialogue_id" uuid NOT NULL,
	"parent_id" uuid,
	"role" "message_role" NOT NULL,
	"content" text NOT NULL,
	"variant_id" uuid,
	"sampling" jsonb,
	"draw_probability" real,
	"source" text,
	"author_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "messages_origin" CHECK ("messages"."role" <> 'assistant' or "messages"."source" is not null or ("messages"."variant_id" is not null and "messages"."sampling" is not null)),
	CONSTRAINT "messages_probability" CHECK ("messages"."draw_probability" is null or ("messages"."draw_probability" > 0 and "messages"."draw_probability" <= 1))
);
--> statement-breakpoint
CREATE TABLE "prompts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"task" "task" NOT NULL,
	"messages" jsonb NOT NULL,
	"prompt_hash" text NOT NULL,
	"content_hash" text NOT NULL,
	"language" text DEFAULT 'en' NOT NULL,
	"category" text,
	"safety_tagged" boolean DEFAULT false NOT NULL,
	"source" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "accounts" (
	"user_id" uuid NOT NULL,
	"type" text NOT NULL,
	"provider" text NOT NULL,
	"provider_account_id" text NOT NULL,
	"refresh_token" text,
	"access_token" text,
	"expires_at" integer,
	"token_type" text,
	"scope" text,
	"id_token" text,
	"session_state" text,
	CONSTRAINT "accounts_provider_provider_account_id_pk" PRIMARY KEY("provider","provider_account_id")
);
--> statement-breakpoint
CREATE TABLE "api_tokens" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid NOT NULL,
	"name" text NOT NULL,
	"token_hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "credentials" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"password_hash" text NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"session_token" text PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"expires" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sign_in_attempts" (
	"key" text PRIMARY KEY NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"window_started_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"email_verified" timestamp with time zone,
	"image" text,
	"role" "role" DEFAULT 'annotator' NOT NULL,
	"locale" text DEFAULT 'en' NOT NULL,
	"disabled_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "evaluations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"reward_model_id" uuid NOT NULL,
	"snapshot_id" uuid NOT NULL,
	"report" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reward_models" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"training_run_id" uuid NOT NULL,
	"task" "task" NOT NULL,
	"state" "reward_model_state" DEFAULT 'candidate' NOT NULL,
	"directory" text NOT NULL,
	"weights_sha256" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"promoted_at" timestamp with time zone,
	CONSTRAINT "reward_models_training_run_id_unique" UNIQUE("training_run_id")
);
--> statement-breakpoint
CREATE TABLE "training_metrics" (
	"training_run_id" uuid NOT NULL,
	"step" integer NOT NULL,
	"values" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "training_metrics_training_run_id_step_pk" PRIMARY KEY("training_run_id","step")
);
--> statement-breakpoint
CREATE TABLE "training_runs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"round_id" uuid,
	"snapshot_id" uuid NOT NULL,
	"task" "task" NOT NULL,
	"state" "training_run_state" DEFAULT 'queued' NOT NULL,
	"config" jsonb NOT NULL,
	"base_model" text NOT NULL,
	"directory" text NOT NULL,
	"engine" text,
	"engine_reason" text,
	"progress" real DEFAULT 0 NOT NULL,
	"error" text,
	"cancel_requested" boolean DEFAULT false NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"kind" "policy_kind" NOT NULL,
	"config" jsonb NOT NULL,
	"secret_ciphertext" "bytea",
	"generation" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "policy_variants" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"policy_id" uuid NOT NULL,
	"name" text NOT NULL,
	"system_prompt" text DEFAULT '' NOT NULL,
	"temperature" real DEFAULT 1 NOT NULL,
	"top_p" real DEFAULT 1 NOT NULL,
	"top_k" integer DEFAULT 0 NOT NULL,
	"tokens_max" integer DEFAULT 256 NOT NULL,
	"weight" real DEFAULT 1 NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "policy_variants_weight" CHECK ("policy_variants"."weight" >= 0),
	CONSTRAINT "policy_variants_temperature" CHECK ("policy_variants"."temperature" >= 0)
);
--> statement-breakpoint
CREATE TABLE "guideline_versions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"task" "task" NOT NULL,
	"version" integer NOT NULL,
	"locale" text DEFAULT 'en' NOT NULL,
	"body" text NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "project_members" (
	"project_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_members_project_id_user_id_pk" PRIMARY KEY("project_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"schedule_cron" text DEFAULT '0 3 * * 1' NOT NULL,
	"schedule_time_zone" text DEFAULT 'UTC' NOT NULL,
	"schedule_paused" boolean DEFAULT true NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"archived_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "ghost_attention_dialogues" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"round_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"variant_id" uuid NOT NULL,
	"instruction" text NOT NULL,
	"constraints" jsonb NOT NULL,
	"messages" jsonb NOT NULL,
	"loss_on" jsonb NOT NULL,
	"item_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rejection_sampling_candidates" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"group_id" uuid NOT NULL,
	"variant_id" uuid NOT NULL,
	"content" text NOT NULL,
	"sampling" jsonb NOT NULL,
	"sampled_in_round" integer NOT NULL,
	"position" integer NOT NULL,
	"helpfulness_reward" real,
	"safety_reward" real,
	"combined_reward" real,
	"is_best" boolean DEFAULT false NOT NULL,
	"is_rival" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rejection_sampling_groups" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"round_id" uuid NOT NULL,
	"prompt_id" uuid NOT NULL,
	"item_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reward_scores" (
	"message_id" uuid NOT NULL,
	"reward_model_id" uuid NOT NULL,
	"reward" real NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "reward_scores_message_id_reward_model_id_pk" PRIMARY KEY("message_id","reward_model_id")
);
--> statement-breakpoint
CREATE TABLE "round_step_logs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"round_id" uuid NOT NULL,
	"step" "round_step_name" NOT NULL,
	"attempt" integer NOT NULL,
	"level" text DEFAULT 'info' NOT NULL,
	"message" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "round_steps" (
	"round_id" uuid NOT NULL,
	"name" "round_step_name" NOT NULL,
	"state" "step_state" DEFAULT 'waiting' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"progress" real DEFAULT 0 NOT NULL,
	"message" text DEFAULT '' NOT NULL,
	"output" jsonb,
	"error" text,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "round_steps_round_id_name_pk" PRIMARY KEY("round_id","name")
);
--> statement-breakpoint
CREATE TABLE "rounds" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"state" "round_state" DEFAULT 'running' NOT NULL,
	"trigger" text NOT NULL,
	"config" jsonb NOT NULL,
	"started_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "sft_datasets" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"round_id" uuid NOT NULL,
	"path" text NOT NULL,
	"rows" integer NOT NULL,
	"sha256" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sft_datasets_round_id_unique" UNIQUE("round_id")
);
--> statement-breakpoint
CREATE TABLE "snapshot_comparisons" (
	"snapshot_id" uuid NOT NULL,
	"comparison_id" uuid NOT NULL,
	"heldout" boolean NOT NULL,
	CONSTRAINT "snapshot_comparisons_snapshot_id_comparison_id_pk" PRIMARY KEY("snapshot_id","comparison_id")
);
--> statement-breakpoint
CREATE TABLE "snapshots" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"round_id" uuid,
	"name" text NOT NULL,
	"directory" text NOT NULL,
	"manifest" jsonb NOT NULL,
	"manifest_sha256" text NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "assignments" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"item_id" uuid NOT NULL,
	"project_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"state" "assignment_state" DEFAULT 'leased' NOT NULL,
	"swapped" boolean DEFAULT random() < 0.5 NOT NULL,
	"leased_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"heartbeat_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"skip_mode" "skip_mode",
	"skip_reason" text
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"round_id" uuid,
	"name" text NOT NULL,
	"kind" "campaign_kind" NOT NULL,
	"task" "task" NOT NULL,
	"state" "campaign_state" DEFAULT 'open' NOT NULL,
	"overlap" integer DEFAULT 1 NOT NULL,
	"priority" integer DEFAULT 100 NOT NULL,
	"lease_seconds_max" integer DEFAULT 1800 NOT NULL,
	"turns_max" integer DEFAULT 6 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "campaigns_overlap" CHECK ("campaigns"."overlap" between 1 and 100)
);
--> statement-breakpoint
CREATE TABLE "comparison_drafts" (
	"assignment_id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"body" jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "comparisons" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"sequence" bigint GENERATED ALWAYS AS IDENTITY (sequence name "comparisons_sequence_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"project_id" uuid NOT NULL,
	"item_id" uuid NOT NULL,
	"assignment_id" uuid,
	"user_id" uuid,
	"source" "comparison_source" NOT NULL,
	"source_name" text,
	"task" "task" NOT NULL,
	"chosen_id" uuid NOT NULL,
	"rejected_id" uuid NOT NULL,
	"swapped" boolean,
	"strength" "strength",
	"safety" "comparison_safety",
	"tags" text[] DEFAULT '{}'::text[] NOT NULL,
	"rationale" text,
	"duration_ms" integer,
	"guideline_version_id" uuid,
	"supersedes_id" uuid,
	"idempotency_key" text NOT NULL,
	"payload_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "comparisons_two" CHECK ("comparisons"."chosen_id" <> "comparisons"."rejected_id"),
	CONSTRAINT "comparisons_person" CHECK (("comparisons"."source" = 'annotator') = ("comparisons"."user_id" is not null and "comparisons"."assignment_id" is not null and "comparisons"."swapped" is not null and "comparisons"."strength" is not null)),
	CONSTRAINT "comparisons_import" CHECK ("comparisons"."source" <> 'import' or ("comparisons"."source_name" is not null and "comparisons"."user_id" is null))
);
--> statement-breakpoint
CREATE TABLE "generations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"item_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"attempt" integer DEFAULT 1 NOT NULL,
	"variant_id" uuid NOT NULL,
	"draw_probability" real NOT NULL,
	"seed" integer NOT NULL,
	"state" "generation_state" DEFAULT 'queued' NOT NULL,
	"text" text DEFAULT '' NOT NULL,
	"error" text,
	"stop_requested" boolean DEFAULT false NOT NULL,
	"message_id" uuid,
	"heartbeat_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "generations_position" CHECK ("generations"."position" in (1, 2)),
	CONSTRAINT "generations_probability" CHECK ("generations"."draw_probability" > 0 and "generations"."draw_probability" <= 1)
);
--> statement-breakpoint
CREATE TABLE "items" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"kind" "item_kind" NOT NULL,
	"state" "item_state" DEFAULT 'open' NOT NULL,
	"prompt_id" uuid,
	"dialogue_id" uuid,
	"context_message_id" uuid,
	"response1_id" uuid,
	"response2_id" uuid,
	"pair_probability" double precision,
	"previous_item_id" uuid,
	"turn" integer DEFAULT 1 NOT NULL,
	"payload" jsonb,
	"overlap" integer NOT NULL,
	"slots_remaining" integer NOT NULL,
	"random_key" double precision DEFAULT random() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "items_slots" CHECK ("items"."slots_remaining" >= 0 and "items"."slots_remaining" <= "items"."overlap"),
	CONSTRAINT "items_pair_complete" CHECK ("items"."kind" <> 'pair' or ("items"."context_message_id" is not null and "items"."response1_id" is not null and "items"."response2_id" is not null)),
	CONSTRAINT "items_pair_probability" CHECK ("items"."response1_id" is null or "items"."kind" = 'turn_review' or ("items"."pair_probability" > 0 and "items"."pair_probability" <= 1)),
	CONSTRAINT "items_two_responses" CHECK ("items"."response1_id" is null or "items"."response1_id" <> "items"."response2_id")
);
--> statement-breakpoint
CREATE TABLE "reviews" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"comparison_id" uuid NOT NULL,
	"reviewer_id" uuid NOT NULL,
	"decision" "review_decision" NOT NULL,
	"feedback" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "turn_reviews" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"item_id" uuid NOT NULL,
	"assignment_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"verdicts" text[] NOT NULL,
	"note" text,
	"duration_ms" integer NOT NULL,
	"idempotency_key" text NOT NULL,
	"payload_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "audit_chain" ADD CONSTRAINT "audit_chain_event_id_audit_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."audit_events"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_actor_id_users_id_fk" FOREIGN KEY ("actor_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exports" ADD CONSTRAINT "exports_snapshot_id_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "exports" ADD CONSTRAINT "exports_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dialogues" ADD CONSTRAINT "dialogues_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dialogues" ADD CONSTRAINT "dialogues_prompt_id_prompts_id_fk" FOREIGN KEY ("prompt_id") REFERENCES "public"."prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dialogues" ADD CONSTRAINT "dialogues_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_dialogue_id_dialogues_id_fk" FOREIGN KEY ("dialogue_id") REFERENCES "public"."dialogues"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_parent_id_messages_id_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_variant_id_policy_variants_id_fk" FOREIGN KEY ("variant_id") REFERENCES "public"."policy_variants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_author_id_users_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompts" ADD CONSTRAINT "prompts_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_reward_model_id_reward_models_id_fk" FOREIGN KEY ("reward_model_id") REFERENCES "public"."reward_models"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_snapshot_id_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_models" ADD CONSTRAINT "reward_models_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_models" ADD CONSTRAINT "reward_models_training_run_id_training_runs_id_fk" FOREIGN KEY ("training_run_id") REFERENCES "public"."training_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_metrics" ADD CONSTRAINT "training_metrics_training_run_id_training_runs_id_fk" FOREIGN KEY ("training_run_id") REFERENCES "public"."training_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_runs" ADD CONSTRAINT "training_runs_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_runs" ADD CONSTRAINT "training_runs_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_runs" ADD CONSTRAINT "training_runs_snapshot_id_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_runs" ADD CONSTRAINT "training_runs_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policies" ADD CONSTRAINT "policies_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_variants" ADD CONSTRAINT "policy_variants_policy_id_policies_id_fk" FOREIGN KEY ("policy_id") REFERENCES "public"."policies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guideline_versions" ADD CONSTRAINT "guideline_versions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guideline_versions" ADD CONSTRAINT "guideline_versions_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_members" ADD CONSTRAINT "project_members_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_members" ADD CONSTRAINT "project_members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ghost_attention_dialogues" ADD CONSTRAINT "ghost_attention_dialogues_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ghost_attention_dialogues" ADD CONSTRAINT "ghost_attention_dialogues_variant_id_policy_variants_id_fk" FOREIGN KEY ("variant_id") REFERENCES "public"."policy_variants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ghost_attention_dialogues" ADD CONSTRAINT "ghost_attention_dialogues_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rejection_sampling_candidates" ADD CONSTRAINT "rejection_sampling_candidates_group_id_rejection_sampling_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."rejection_sampling_groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rejection_sampling_candidates" ADD CONSTRAINT "rejection_sampling_candidates_variant_id_policy_variants_id_fk" FOREIGN KEY ("variant_id") REFERENCES "public"."policy_variants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rejection_sampling_groups" ADD CONSTRAINT "rejection_sampling_groups_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rejection_sampling_groups" ADD CONSTRAINT "rejection_sampling_groups_prompt_id_prompts_id_fk" FOREIGN KEY ("prompt_id") REFERENCES "public"."prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rejection_sampling_groups" ADD CONSTRAINT "rejection_sampling_groups_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_scores" ADD CONSTRAINT "reward_scores_message_id_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reward_scores" ADD CONSTRAINT "reward_scores_reward_model_id_reward_models_id_fk" FOREIGN KEY ("reward_model_id") REFERENCES "public"."reward_models"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "round_step_logs" ADD CONSTRAINT "round_step_logs_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "round_steps" ADD CONSTRAINT "round_steps_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_started_by_users_id_fk" FOREIGN KEY ("started_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sft_datasets" ADD CONSTRAINT "sft_datasets_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_comparisons" ADD CONSTRAINT "snapshot_comparisons_snapshot_id_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_comparisons" ADD CONSTRAINT "snapshot_comparisons_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshots" ADD CONSTRAINT "snapshots_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshots" ADD CONSTRAINT "snapshots_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshots" ADD CONSTRAINT "snapshots_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "assignments" ADD CONSTRAINT "assignments_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "assignments" ADD CONSTRAINT "assignments_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "assignments" ADD CONSTRAINT "assignments_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparison_drafts" ADD CONSTRAINT "comparison_drafts_assignment_id_assignments_id_fk" FOREIGN KEY ("assignment_id") REFERENCES "public"."assignments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparison_drafts" ADD CONSTRAINT "comparison_drafts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_assignment_id_assignments_id_fk" FOREIGN KEY ("assignment_id") REFERENCES "public"."assignments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_chosen_id_messages_id_fk" FOREIGN KEY ("chosen_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_rejected_id_messages_id_fk" FOREIGN KEY ("rejected_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_guideline_version_id_guideline_versions_id_fk" FOREIGN KEY ("guideline_version_id") REFERENCES "public"."guideline_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_supersedes_id_comparisons_id_fk" FOREIGN KEY ("supersedes_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_variant_id_policy_variants_id_fk" FOREIGN KEY ("variant_id") REFERENCES "public"."policy_variants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_message_id_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_prompt_id_prompts_id_fk" FOREIGN KEY ("prompt_id") REFERENCES "public"."prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_dialogue_id_dialogues_id_fk" FOREIGN KEY ("dialogue_id") REFERENCES "public"."dialogues"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_context_message_id_messages_id_fk" FOREIGN KEY ("context_message_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_response1_id_messages_id_fk" FOREIGN KEY ("response1_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_response2_id_messages_id_fk" FOREIGN KEY ("response2_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "items" ADD CONSTRAINT "items_previous_item_id_items_id_fk" FOREIGN KEY ("previous_item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_reviewer_id_users_id_fk" FOREIGN KEY ("reviewer_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "turn_reviews" ADD CONSTRAINT "turn_reviews_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "public"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "turn_reviews" ADD CONSTRAINT "turn_reviews_assignment_id_assignments_id_fk" FOREIGN KEY ("assignment_id") REFERENCES "public"."assignments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "turn_reviews" ADD CONSTRAINT "turn_reviews_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "audit_chain_event" ON "audit_chain" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "audit_events_transaction" ON "audit_events" USING btree ("transaction");--> statement-breakpoint
CREATE INDEX "audit_events_project" ON "audit_events" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "audit_events_object" ON "audit_events" USING btree ("object_type","object_id");--> statement-breakpoint
CREATE INDEX "dialogues_project" ON "dialogues" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "messages_dialogue" ON "messages" USING btree ("dialogue_id");--> statement-breakpoint
CREATE INDEX "messages_parent" ON "messages" USING btree ("parent_id");--> statement-breakpoint
CREATE UNIQUE INDEX "prompts_content" ON "prompts" USING btree ("project_id","task","content_hash");--> statement-breakpoint
CREATE INDEX "prompts_hash" ON "prompts" USING btree ("prompt_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "api_tokens_hash" ON "api_tokens" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "api_tokens_user" ON "api_tokens" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email" ON "users" USING btree ("email");--> statement-breakpoint
CREATE UNIQUE INDEX "evaluations_once" ON "evaluations" USING btree ("reward_model_id","snapshot_id");--> statement-breakpoint
CREATE UNIQUE INDEX "reward_models_one_serving" ON "reward_models" USING btree ("project_id","task") WHERE state = 'serving';--> statement-breakpoint
CREATE INDEX "training_runs_project" ON "training_runs" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "training_runs_round_task" ON "training_runs" USING btree ("round_id","task");--> statement-breakpoint
CREATE INDEX "policies_project" ON "policies" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "policy_variants_policy" ON "policy_variants" USING btree ("policy_id");--> statement-breakpoint
CREATE UNIQUE INDEX "guideline_versions_number" ON "guideline_versions" USING btree ("project_id","task","locale","version");--> statement-breakpoint
CREATE INDEX "project_members_user" ON "project_members" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "ghost_attention_position" ON "ghost_attention_dialogues" USING btree ("round_id","position");--> statement-breakpoint
CREATE UNIQUE INDEX "rejection_sampling_candidates_position" ON "rejection_sampling_candidates" USING btree ("group_id","position");--> statement-breakpoint
CREATE UNIQUE INDEX "rejection_sampling_one_best" ON "rejection_sampling_candidates" USING btree ("group_id") WHERE is_best;--> statement-breakpoint
CREATE UNIQUE INDEX "rejection_sampling_groups_prompt" ON "rejection_sampling_groups" USING btree ("round_id","prompt_id");--> statement-breakpoint
CREATE INDEX "round_step_logs_round" ON "round_step_logs" USING btree ("round_id","step","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "rounds_number" ON "rounds" USING btree ("project_id","number");--> statement-breakpoint
CREATE UNIQUE INDEX "rounds_one_running" ON "rounds" USING btree ("project_id") WHERE state = 'running';--> statement-breakpoint
CREATE INDEX "snapshots_project" ON "snapshots" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "snapshots_round" ON "snapshots" USING btree ("round_id");--> statement-breakpoint
CREATE UNIQUE INDEX "assignments_one_per_annotator" ON "assignments" USING btree ("item_id","user_id") WHERE state in ('leased', 'submitted');--> statement-breakpoint
CREATE INDEX "assignments_item" ON "assignments" USING btree ("item_id");--> statement-breakpoint
CREATE INDEX "assignments_user" ON "assignments" USING btree ("user_id","project_id","state");--> statement-breakpoint
CREATE INDEX "assignments_expiry" ON "assignments" USING btree ("expires_at") WHERE state = 'leased';--> statement-breakpoint
CREATE INDEX "campaigns_project" ON "campaigns" USING btree ("project_id","state","priority");--> statement-breakpoint
CREATE UNIQUE INDEX "comparisons_idempotency" ON "comparisons" USING btree ("idempotency_key");--> statement-breakpoint
CREATE UNIQUE INDEX "comparisons_one_per_annotator" ON "comparisons" USING btree ("item_id","user_id") WHERE supersedes_id is null and user_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "comparisons_supersedes" ON "comparisons" USING btree ("supersedes_id");--> statement-breakpoint
CREATE UNIQUE INDEX "comparisons_sequence" ON "comparisons" USING btree ("sequence");--> statement-breakpoint
CREATE INDEX "comparisons_project" ON "comparisons" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "comparisons_user" ON "comparisons" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE INDEX "comparisons_item" ON "comparisons" USING btree ("item_id");--> statement-breakpoint
CREATE UNIQUE INDEX "generations_attempt" ON "generations" USING btree ("item_id","position","attempt");--> statement-breakpoint
CREATE INDEX "generations_waiting" ON "generations" USING btree ("created_at") WHERE state in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "items_queue" ON "items" USING btree ("campaign_id","random_key") WHERE state = 'open' and slots_remaining > 0;--> statement-breakpoint
CREATE INDEX "items_project" ON "items" USING btree ("project_id","created_at");--> statement-breakpoint
CREATE INDEX "items_dialogue" ON "items" USING btree ("dialogue_id");--> statement-breakpoint
CREATE UNIQUE INDEX "items_next_turn" ON "items" USING btree ("previous_item_id");--> statement-breakpoint
CREATE INDEX "reviews_comparison" ON "reviews" USING btree ("comparison_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "turn_reviews_idempotency" ON "turn_reviews" USING btree ("idempotency_key");--> statement-breakpoint
CREATE UNIQUE INDEX "turn_reviews_one_per_annotator" ON "turn_reviews" USING btree ("item_id","user_id");