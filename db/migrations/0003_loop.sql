CREATE TYPE "public"."score_request_state" AS ENUM('queued', 'done', 'failed');--> statement-breakpoint
CREATE TABLE "score_requests" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"project_id" uuid NOT NULL,
	"reward_model_id" uuid NOT NULL,
	"requested_by" uuid,
	"state" "score_request_state" DEFAULT 'queued' NOT NULL,
	"responses" jsonb NOT NULL,
	"rewards" jsonb,
	"error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "attempt" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "training_runs" ADD COLUMN "heartbeat_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "ghost_attention_dialogues" ADD COLUMN "filtered_reason" text;--> statement-breakpoint
ALTER TABLE "rejection_sampling_groups" ADD COLUMN "helpfulness_model_id" uuid;--> statement-breakpoint
ALTER TABLE "rejection_sampling_groups" ADD COLUMN "safety_model_id" uuid;--> statement-breakpoint
ALTER TABLE "rejection_sampling_groups" ADD COLUMN "scored_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "rejection_sampling_groups" ADD COLUMN "pair_probability" real;--> statement-breakpoint
ALTER TABLE "round_steps" ADD COLUMN "takeovers" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "round_steps" ADD COLUMN "heartbeat_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "score_requests" ADD CONSTRAINT "score_requests_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "score_requests" ADD CONSTRAINT "score_requests_reward_model_id_reward_models_id_fk" FOREIGN KEY ("reward_model_id") REFERENCES "public"."reward_models"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "score_requests" ADD CONSTRAINT "score_requests_requested_by_users_id_fk" FOREIGN KEY ("requested_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "score_requests_model" ON "score_requests" USING btree ("reward_model_id","created_at");--> statement-breakpoint
ALTER TABLE "rejection_sampling_groups" ADD CONSTRAINT "rejection_sampling_groups_helpfulness_model_id_reward_models_id_fk" FOREIGN KEY ("helpfulness_model_id") REFERENCES "public"."reward_models"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rejection_sampling_groups" ADD CONSTRAINT "rejection_sampling_groups_safety_model_id_reward_models_id_fk" FOREIGN KEY ("safety_model_id") REFERENCES "public"."reward_models"("id") ON DELETE no action ON UPDATE no action;