from django.db import migrations

from tenants.walls.ops import PublicWall

# What is ready stands for ever: only the moment of its mail is noted, once. What a statement is of never changes.
KEEP = """
CREATE FUNCTION statements_statement_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'statements are never removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.id, OLD.site_id, OLD.level, OLD.merchant_id, OLD.agent_id, OLD.month, OLD.revision, OLD.corrects_id,
        OLD.number, OLD.label, OLD.zone, OLD.starts_at, OLD.ends_at, OLD.reason, OLD.created_at)
       IS DISTINCT FROM
       (NEW.id, NEW.site_id, NEW.level, NEW.merchant_id, NEW.agent_id, NEW.month, NEW.revision, NEW.corrects_id,
        NEW.number, NEW.label, NEW.zone, NEW.starts_at, NEW.ends_at, NEW.reason, NEW.created_at) THEN
        RAISE EXCEPTION 'a statement stays the statement of its owner and month' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'ready' AND (OLD.emailed_at IS NOT NULL OR to_jsonb(OLD) - 'emailed_at' <> to_jsonb(NEW) - 'emailed_at') THEN
        RAISE EXCEPTION 'a statement that is ready never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER statement_stands BEFORE UPDATE OR DELETE ON statements_statement
    FOR EACH ROW EXECUTE FUNCTION statements_statement_keep();
CREATE TRIGGER statement_stands_truncate BEFORE TRUNCATE ON statements_statement
    FOR EACH STATEMENT EXECUTE FUNCTION statements_statement_keep();
"""
FORGET = """
DROP TRIGGER statement_stands ON statements_statement;
DROP TRIGGER statement_stands_truncate ON statements_statement;
DROP FUNCTION statements_statement_keep();
"""


class Migration(migrations.Migration):
    dependencies = [("statements", "0001_initial"), ("credits", "0002_walls")]
    operations = [
        PublicWall(
            "Statement",
            merchant="merchant_id",
            site_can="SELECT, INSERT, UPDATE",
            merchant_can="SELECT",
            master_can="SELECT, INSERT, UPDATE",
            # The console never sees what an agent's merchant did.
            master="level <> 'merchant'",
        ),
        migrations.RunSQL(KEEP, FORGET),
    ]
