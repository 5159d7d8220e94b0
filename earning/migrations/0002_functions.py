"""A rule that decided stays as it was; the only way to take earns back; rights that leave what was written as it is."""

from pathlib import Path

from django.db import migrations

from core.functions import sql_files
from core.grants import keep_to

SQL = Path(__file__).parents[1] / "sql"

# The last line behind `RuleVersionFrozen`: whoever writes, a version that decided an event stays as it was.
FREEZE = """
    create function earning_keep_frozen() returns trigger language plpgsql as $$
    begin
        if old.first_used_at is not null then
            raise exception 'A rule version that was used stays as it is.'
                using errcode = 'check_violation', constraint = 'earning_ruleversion_frozen', table = 'earning_ruleversion';
        end if;
        return case when tg_op = 'DELETE' then old else new end;
    end $$;
    create trigger earning_ruleversion_frozen before update or delete on earning_ruleversion
        for each row execute function earning_keep_frozen();
"""
UNFREEZE = """
    drop trigger earning_ruleversion_frozen on earning_ruleversion;
    drop function earning_keep_frozen();
"""
RIGHTS = {
    "earning_event": "select, insert, update (status, link_id, wallet_id)",
    "earning_eventconflict": "select, insert",
    "earning_award": "select, insert",
    "earning_cancellation": "select, insert",
    "earning_takenback": "select",
}


class Migration(migrations.Migration):
    dependencies = [("earning", "0001_initial"), ("points", "0002_functions")]

    operations = [migrations.RunSQL(FREEZE, UNFREEZE), sql_files(SQL / "take_back.sql"), keep_to(RIGHTS)]
