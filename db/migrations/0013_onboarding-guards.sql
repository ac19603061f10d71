-- What people are certified by stays as it was: published entry tests, answers after the end, grades of what is settled.
CREATE FUNCTION pairwright_entry_test_version_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.published_at IS NOT NULL THEN
    RAISE EXCEPTION 'entry_test_versions: a published version never changes (%)', TG_OP USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
--> statement-breakpoint
CREATE TRIGGER entry_test_versions_published BEFORE UPDATE OR DELETE ON entry_test_versions FOR EACH ROW EXECUTE FUNCTION pairwright_entry_test_version_published();
--> statement-breakpoint
CREATE FUNCTION pairwright_entry_test_answer_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM entry_test_attempts WHERE id = NEW.attempt_id AND state = 'running' AND deadline >= clock_timestamp()) THEN
    RAISE EXCEPTION 'entry_test_answers: the attempt is over' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER entry_test_answers_in_time BEFORE INSERT OR UPDATE ON entry_test_answers FOR EACH ROW EXECUTE FUNCTION pairwright_entry_test_answer_in_time();
--> statement-breakpoint
CREATE FUNCTION pairwright_entry_test_grade_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM entry_test_attempts WHERE id = NEW.attempt_id AND state = 'submitted') THEN
    RAISE EXCEPTION 'entry_test_grades: the attempt does not wait for grades' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER entry_test_grades_open BEFORE INSERT OR UPDATE ON entry_test_grades FOR EACH ROW EXECUTE FUNCTION pairwright_entry_test_grade_open();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER entry_test_attempts_audited_insert AFTER INSERT ON entry_test_attempts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER entry_test_attempts_audited AFTER UPDATE ON entry_test_attempts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.deadline IS DISTINCT FROM NEW.deadline) EXECUTE FUNCTION pairwright_require_audit();
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER entry_test_versions_audited AFTER INSERT OR UPDATE ON entry_test_versions DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pairwright_require_audit();
