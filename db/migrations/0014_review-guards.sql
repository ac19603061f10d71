-- What reviewers and adjudicators wrote is guarded as judgements are (I4, I10).
-- What reviewers and adjudicators said never changes; the newest of a judgement or item counts.
CREATE TRIGGER corrections_immutable BEFORE UPDATE OR DELETE ON corrections FOR EACH ROW EXECUTE FUNCTION pairwright_immutable();
--> statement-breakpoint
CREATE TRIGGER adjudications_immutable BEFORE UPDATE OR DELETE ON adjudications FOR EACH ROW EXECUTE FUNCTION pairwright_immutable();
--> statement-breakpoint
CREATE TRIGGER triage_decisions_immutable BEFORE UPDATE OR DELETE ON triage_decisions FOR EACH ROW EXECUTE FUNCTION pairwright_immutable();
--> statement-breakpoint
CREATE TRIGGER case_comments_immutable BEFORE UPDATE OR DELETE ON case_comments FOR EACH ROW EXECUTE FUNCTION pairwright_immutable();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER corrections_audited AFTER INSERT ON corrections DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER adjudications_audited AFTER INSERT ON adjudications DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER triage_decisions_audited AFTER INSERT ON triage_decisions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER guideline_gaps_audited AFTER INSERT OR UPDATE ON guideline_gaps DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER case_comments_audited AFTER INSERT ON case_comments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE FUNCTION pairwright_correction_consistent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM reviews r JOIN comparisons c ON c.id = r.comparison_id
    WHERE r.id = NEW.review_id AND NEW.chosen_id <> NEW.rejected_id
      AND NEW.chosen_id IN (c.chosen_id, c.rejected_id) AND NEW.rejected_id IN (c.chosen_id, c.rejected_id)) THEN
    RAISE EXCEPTION 'corrections: chosen and rejected must be the two responses of the judgement' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER corrections_consistent BEFORE INSERT ON corrections FOR EACH ROW EXECUTE FUNCTION pairwright_correction_consistent();
--> statement-breakpoint
-- What waited under the old rules goes on waiting.
INSERT INTO review_cases (comparison_id, project_id, campaign_id, user_id, sequence, language, reasons)
SELECT c.id, c.project_id, i.campaign_id, c.user_id, c.sequence, coalesce(i.language, 'en'),
  array_remove(ARRAY[CASE WHEN c.safety = 'preferred_unsafe' THEN 'preferred_unsafe' END, CASE WHEN 'flagged' = ANY(c.tags) THEN 'flagged' END], NULL)
FROM comparisons c JOIN items i ON i.id = c.item_id
WHERE c.source = 'annotator' AND (c.safety = 'preferred_unsafe' OR 'flagged' = ANY(c.tags))
  AND NOT EXISTS (SELECT 1 FROM comparisons newer WHERE newer.supersedes_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.comparison_id = c.id);
--> statement-breakpoint
INSERT INTO disagreements (item_id, project_id, campaign_id, language, category)
SELECT q.item_id, q.project_id, q.campaign_id, q.language, q.category FROM quality_items q JOIN items i ON i.id = q.item_id
WHERE i.state = 'done' AND i.purpose = 'work' AND cardinality(q.user_ids) >= 2
  AND ((1 = ANY(q.preferred) AND 2 = ANY(q.preferred)) OR (SELECT count(*) FROM unnest(q.safety) s WHERE s > 0) > 1);
