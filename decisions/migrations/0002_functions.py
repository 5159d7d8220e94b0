"""What was asked and what was decided stays as it is; the function that finds an approval for those who act on it."""

from pathlib import Path

from django.db import migrations

from core.functions import sql_files
from core.grants import keep_to

SQL = Path(__file__).parents[1] / "sql"

# The last line behind `ApprovalDecided`: whoever writes, what was asked and what was decided stay, and a request goes one way.
KEEP = """
    create function decisions_keep_approval() returns trigger language plpgsql as $$
    begin
        if tg_op = 'UPDATE'
            and (old.id, old.action, old.bank_id, old.branch_id, old.target_kind, old.target_id, old.target_version, old.about,
                 old.payload, old.reason, old.concerns_id, old.maker_id, old.asked_at, old.expires_at)
                is not distinct from
                (new.id, new.action, new.bank_id, new.branch_id, new.target_kind, new.target_id, new.target_version, new.about,
                 new.payload, new.reason, new.concerns_id, new.maker_id, new.asked_at, new.expires_at)
            and (old.state = 'waiting' and new.state in ('approved', 'declined')
                 or old.state = 'approved' and new.state in ('done', 'refused')
                    and (old.checker_id, old.decided_at) is not distinct from (new.checker_id, new.decided_at))
        then
            return new;
        end if;
        raise exception 'What was asked and what was decided stays as it is.'
            using errcode = 'check_violation', constraint = 'decisions_approval_kept', table = 'decisions_approval';
    end $$;
    create trigger decisions_approval_kept before update or delete on decisions_approval
        for each row execute function decisions_keep_approval();
    create function decisions_ask_first() returns trigger language plpgsql as $$
    begin
        if new.state <> 'waiting' then
            raise exception 'A request begins by waiting.'
                using errcode = 'check_violation', constraint = 'decisions_approval_asked_first', table = 'decisions_approval';
        end if;
        return new;
    end $$;
    create trigger decisions_approval_asked_first before insert on decisions_approval
        for each row execute function decisions_ask_first();
"""
LET_GO = """
    drop trigger decisions_approval_asked_first on decisions_approval;
    drop trigger decisions_approval_kept on decisions_approval;
    drop function decisions_ask_first();
    drop function decisions_keep_approval();
"""
RIGHTS = {
    "decisions_approval": "select, insert, update (state, checker_id, decided_at, closed_at, refusal)",
}


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial"), ("points", "0002_functions")]

    operations = [migrations.RunSQL(KEEP, LET_GO), sql_files(SQL / "approved.sql"), keep_to(RIGHTS)]
