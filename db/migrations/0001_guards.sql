-- Invariants that the database itself holds, whatever code writes to it (docs/design: I4, I5, I10).

CREATE FUNCTION pairwright_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% rows never change (%)', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER comparisons_immutable BEFORE UPDATE OR DELETE ON comparisons FOR EACH ROW EXECUTE FUNCTION pairwright_immutable();
--> statement-breakpoint
CREATE TRIGGER messages_immutable BEFORE UPDATE OR DELETE ON messages FOR EACH ROW EXECUTE FUNCTION pairwright_immutable();
--> statement-breakpoint
CREATE TRIGGER turn_reviews_immutable BEFORE UPDATE OR DELETE ON turn_reviews FOR EACH ROW EXECUTE FUNCTION pairwright_immutable();
--> statement-breakpoint
CREATE TRIGGER reviews_immutable BEFORE UPDATE OR DELETE ON reviews FOR EACH ROW EXECUTE FUNCTION pairwright_immutable();
--> statement-breakpoint
CREATE TRIGGER snapshots_immutable BEFORE UPDATE OR DELETE ON snapshots FOR EACH ROW EXECUTE FUNCTION pairwright_immutable();
--> statement-breakpoint
CREATE TRIGGER snapshot_comparisons_immutable BEFORE UPDATE OR DELETE ON snapshot_comparisons FOR EACH ROW EXECUTE FUNCTION pairwright_immutable();
--> statement-breakpoint
CREATE TRIGGER audit_events_immutable BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION pairwright_immutable();
--> statement-breakpoint
CREATE TRIGGER audit_chain_immutable BEFORE UPDATE OR DELETE ON audit_chain FOR EACH ROW EXECUTE FUNCTION pairwright_immutable();
--> statement-breakpoint
CREATE TRIGGER guideline_versions_immutable BEFORE UPDATE OR DELETE ON guideline_versions FOR EACH ROW EXECUTE FUNCTION pairwright_immutable();
--> statement-breakpoint
-- The parts of an item that say what was shown may be filled in once and then stay.
CREATE FUNCTION pairwright_item_shown() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.context_message_id IS NOT NULL AND NEW.context_message_id IS DISTINCT FROM OLD.context_message_id)
     OR (OLD.response1_id IS NOT NULL AND NEW.response1_id IS DISTINCT FROM OLD.response1_id)
     OR (OLD.response2_id IS NOT NULL AND NEW.response2_id IS DISTINCT FROM OLD.response2_id)
     OR (OLD.pair_probability IS NOT NULL AND NEW.pair_probability IS DISTINCT FROM OLD.pair_probability) THEN
    RAISE EXCEPTION 'items: what was shown never changes' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER items_shown BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION pairwright_item_shown();
--> statement-breakpoint
-- A lease's side order is drawn once (I7).
CREATE FUNCTION pairwright_assignment_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.swapped IS DISTINCT FROM OLD.swapped OR NEW.item_id <> OLD.item_id OR NEW.user_id <> OLD.user_id THEN
    RAISE EXCEPTION 'assignments: item, annotator and side order never change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER assignments_order BEFORE UPDATE ON assignments FOR EACH ROW EXECUTE FUNCTION pairwright_assignment_order();
--> statement-breakpoint
-- A comparison repeats its lease's order and names the two responses of its item.
CREATE FUNCTION pairwright_comparison_consistent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE item items%ROWTYPE; lease assignments%ROWTYPE;
BEGIN
  SELECT * INTO item FROM items WHERE id = NEW.item_id;
  IF NOT ((NEW.chosen_id = item.response1_id AND NEW.rejected_id = item.response2_id)
       OR (NEW.chosen_id = item.response2_id AND NEW.rejected_id = item.response1_id)) THEN
    RAISE EXCEPTION 'comparisons: chosen and rejected must be the two responses of the item' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.assignment_id IS NOT NULL THEN
    SELECT * INTO lease FROM assignments WHERE id = NEW.assignment_id;
    IF lease.item_id <> NEW.item_id OR lease.user_id <> NEW.user_id OR lease.swapped <> NEW.swapped THEN
      RAISE EXCEPTION 'comparisons: assignment does not match item, annotator or order' USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER comparisons_consistent BEFORE INSERT ON comparisons FOR EACH ROW EXECUTE FUNCTION pairwright_comparison_consistent();
--> statement-breakpoint
-- I10: a state change commits only together with an audit event of the same transaction.
CREATE FUNCTION pairwright_require_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_events WHERE transaction = pg_current_xact_id()) THEN
    RAISE EXCEPTION '% changed without an audit event in the same transaction', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER comparisons_audited AFTER INSERT ON comparisons DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER assignments_audited_insert AFTER INSERT ON assignments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER assignments_audited AFTER UPDATE ON assignments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER reviews_audited AFTER INSERT ON reviews DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER turn_reviews_audited AFTER INSERT ON turn_reviews DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER users_audited_insert AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER users_audited AFTER UPDATE ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.role IS DISTINCT FROM NEW.role OR OLD.disabled_at IS DISTINCT FROM NEW.disabled_at) EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER api_tokens_audited AFTER INSERT ON api_tokens DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER projects_audited AFTER INSERT OR UPDATE ON projects DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER campaigns_audited AFTER INSERT OR UPDATE ON campaigns DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER policies_audited AFTER INSERT OR UPDATE ON policies DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER rounds_audited_insert AFTER INSERT ON rounds DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER rounds_audited AFTER UPDATE ON rounds DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER round_steps_audited AFTER UPDATE ON round_steps DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER snapshots_audited AFTER INSERT ON snapshots DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER training_runs_audited_insert AFTER INSERT ON training_runs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER training_runs_audited AFTER UPDATE ON training_runs DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER reward_models_audited_insert AFTER INSERT ON reward_models DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER reward_models_audited AFTER UPDATE ON reward_models DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION pairwright_require_audit();
