CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE INDEX "messages_authored" ON "messages" USING gin ("content" gin_trgm_ops) WHERE role = 'user' and author_id is not null;