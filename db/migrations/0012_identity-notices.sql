-- The web server keeps who is signed in for some seconds (lib/auth/known-people.ts). It hears here when that changes: sign-out, revoked
-- tokens, disabled accounts, new roles. The notice is delivered when the change commits.
CREATE FUNCTION pairwright_identity_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('identity_changed', CASE WHEN TG_TABLE_NAME = 'users' THEN to_jsonb(OLD)->>'id' ELSE to_jsonb(OLD)->>'user_id' END);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER sessions_told AFTER DELETE OR UPDATE OF user_id, expires ON sessions FOR EACH ROW EXECUTE FUNCTION pairwright_identity_changed();
--> statement-breakpoint
CREATE TRIGGER api_tokens_told AFTER DELETE OR UPDATE OF user_id, scopes, expires_at, revoked_at ON api_tokens FOR EACH ROW EXECUTE FUNCTION pairwright_identity_changed();
--> statement-breakpoint
CREATE TRIGGER users_told AFTER DELETE OR UPDATE OF email, name, role, locale, disabled_at ON users FOR EACH ROW EXECUTE FUNCTION pairwright_identity_changed();
--> statement-breakpoint
-- What annotators have done today, before it was counted as it happens.
INSERT INTO annotator_days (user_id, day, campaign_id, project_id, judgements)
SELECT user_id, (now() AT TIME ZONE 'UTC')::date, campaign_id, project_id, count(*) FROM (
  SELECT k.user_id, i.campaign_id, i.project_id FROM comparisons k JOIN items i ON i.id = k.item_id
    WHERE k.source = 'annotator' AND k.supersedes_id IS NULL AND k.created_at >= date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
  UNION ALL
  SELECT r.user_id, i.campaign_id, i.project_id FROM turn_reviews r JOIN items i ON i.id = r.item_id
    WHERE r.created_at >= date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
) judged GROUP BY 1, 2, 3, 4;
