ALTER TABLE "audit_events" DROP CONSTRAINT "audit_events_project_id_projects_id_fk";
--> statement-breakpoint
ALTER TABLE "quality_pending" DROP CONSTRAINT "quality_pending_comparison_id_comparisons_id_fk";
--> statement-breakpoint
ALTER TABLE "assignments" DROP CONSTRAINT "assignments_project_id_projects_id_fk";
--> statement-breakpoint
ALTER TABLE "comparisons" DROP CONSTRAINT "comparisons_project_id_projects_id_fk";
--> statement-breakpoint
ALTER TABLE "comparisons" DROP CONSTRAINT "comparisons_assignment_id_assignments_id_fk";
--> statement-breakpoint
ALTER TABLE "comparisons" DROP CONSTRAINT "comparisons_chosen_id_messages_id_fk";
--> statement-breakpoint
ALTER TABLE "comparisons" DROP CONSTRAINT "comparisons_rejected_id_messages_id_fk";
--> statement-breakpoint
-- One query and one trigger in place of four foreign keys and three triggers (docs/decisions/0013): what a judgement names must be its item's.
CREATE OR REPLACE FUNCTION pairwright_comparison_consistent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE stored record;
BEGIN
  SELECT i.project_id, i.response1_id, i.response2_id, i.category,
    a.item_id = NEW.item_id AND a.project_id = NEW.project_id AND a.user_id = NEW.user_id AND a.swapped = NEW.swapped AS fits
  INTO stored FROM items i LEFT JOIN assignments a ON a.id = NEW.assignment_id WHERE i.id = NEW.item_id;
  IF NOT FOUND OR stored.project_id <> NEW.project_id THEN
    RAISE EXCEPTION 'comparisons: the item must be one of the project' USING ERRCODE = 'check_violation';
  END IF;
  IF ((NEW.chosen_id = stored.response1_id AND NEW.rejected_id = stored.response2_id)
      OR (NEW.chosen_id = stored.response2_id AND NEW.rejected_id = stored.response1_id)) IS NOT TRUE THEN
    RAISE EXCEPTION 'comparisons: chosen and rejected must be the two responses of the item' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.assignment_id IS NOT NULL AND stored.fits IS NOT TRUE THEN
    RAISE EXCEPTION 'comparisons: assignment does not match item, annotator or order' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.source = 'annotator' THEN
    INSERT INTO quality_pending (comparison_id) VALUES (NEW.id);
    IF NEW.task = 'safety' OR NEW.risk_category IS NOT NULL
        OR stored.category IN ('illicit_and_criminal', 'hateful_and_harmful', 'unqualified_advice') THEN
      INSERT INTO red_team_pending (comparison_id) VALUES (NEW.id);
    END IF;
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
DROP TRIGGER comparisons_quality ON comparisons;
--> statement-breakpoint
DROP TRIGGER comparisons_red_team ON comparisons;
--> statement-breakpoint
DROP FUNCTION pairwright_quality_pending();
--> statement-breakpoint
DROP FUNCTION pairwright_red_team_pending();
--> statement-breakpoint
-- Nothing deletes what those foreign keys pointed at, and nothing may.
CREATE FUNCTION pairwright_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% rows are never deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER assignments_kept BEFORE DELETE ON assignments FOR EACH ROW EXECUTE FUNCTION pairwright_kept();
--> statement-breakpoint
CREATE TRIGGER projects_kept BEFORE DELETE ON projects FOR EACH ROW EXECUTE FUNCTION pairwright_kept();
