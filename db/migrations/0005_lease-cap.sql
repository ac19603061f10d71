-- One annotator holds at most three live leases in a project (the current item, the prefetched one, a dialogue under way).
-- A trigger, because each statement in it has its own snapshot: leases of the same annotator that race see each other here.
CREATE FUNCTION pairwright_lease_cap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE held integer;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.user_id::text || NEW.project_id::text, 0));
  SELECT count(*) INTO held FROM assignments
    WHERE user_id = NEW.user_id AND project_id = NEW.project_id AND state = 'leased' AND expires_at > clock_timestamp();
  IF held >= 3 THEN
    RAISE EXCEPTION 'assignments: an annotator holds at most 3 leases' USING ERRCODE = 'check_violation', CONSTRAINT = 'assignments_held_max';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER assignments_held_max BEFORE INSERT ON assignments FOR EACH ROW WHEN (NEW.state = 'leased') EXECUTE FUNCTION pairwright_lease_cap();
