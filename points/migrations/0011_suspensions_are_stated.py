"""A suspension is sealed as it begins and as it is lifted; those that stand are stated now."""

from django.db import migrations

from points.functions import load_functions

STATE = """
    select points_state_suspension(id, now()) from points_issuer i
    where kept_from is not null
        and not exists (select from points_statement s where s.party_id = i.id and s.kind = 'suspension')"""


class Migration(migrations.Migration):
    dependencies = [("points", "0010_rights")]

    operations = [
        migrations.RunPython(load_functions, migrations.RunPython.noop),
        migrations.RunSQL(STATE, migrations.RunSQL.noop),
    ]
