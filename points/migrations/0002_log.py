"""The sealed log: a Merkle tree over the numbers, salts, statements, checkpoints; from the SQL files beside this package."""

from pathlib import Path

from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQL = Path(__file__).parent.parent / "sql"
FILES = ("log_tables", "log", "parties", "seal", "grants", "log_grants")
NUMBERS_ONLY = "drop function if exists points_seal(integer, timestamptz, date)"
EARLIER_TERMS = """
    select points_state(t.issuer_id, gen_random_uuid(), 'terms', t.id::text, points_terms_words(t), t.recorded_at)
    from points_terms t order by t.id
"""
FUNCTIONS = (
    "points_facts, points_kind, points_nobody, points_state, points_terms_words, points_keep_checkpoint,"
    " points_keep_cosignature, points_erase_salt, points_seal_numbers, points_seal"
)
TABLES = "points_cosignature, points_checkpoint, points_tile, points_log, points_statement, points_salt"
WHAT = [("transfer", "transfer"), ("refusal", "refusal"), ("statement", "statement")]


def load(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    app_role = schema_editor.connection.ops.quote_name(str(settings.DATABASES["default"]["USER"]))
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(NUMBERS_ONLY)
        for name in FILES:
            cursor.execute((SQL / f"{name}.sql").read_text(encoding="utf-8").replace("{app}", app_role))
        cursor.execute(EARLIER_TERMS)


def unload(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the log away; the numbers stay. What was stated loses its number's fact, as there is no table for it any more."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"drop function {FUNCTIONS}")
        cursor.execute("delete from points_unsealed where what = 'statement'")
        cursor.execute("alter table points_sealed drop column opening")
        cursor.execute(f"drop table {TABLES}")


class Migration(migrations.Migration):
    dependencies = [("points", "0001_ledger")]

    operations = [
        migrations.RunPython(load, unload),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Checkpoint",
                    fields=[
                        ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("root", models.BinaryField()),
                        ("note", models.TextField()),
                        ("made_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "points_checkpoint",
                    },
                ),
                migrations.CreateModel(
                    name="Cosignature",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey("size", "witness", blank=True, editable=False, primary_key=True, serialize=False),
                        ),
                        ("size", models.BigIntegerField()),
                        ("witness", models.TextField()),
                        ("line", models.TextField()),
                        ("signed_at", models.DateTimeField()),
                        ("received_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "points_cosignature",
                    },
                ),
                migrations.CreateModel(
                    name="Log",
                    fields=[
                        ("one", models.BooleanField(default=True, primary_key=True, serialize=False)),
                        ("size", models.BigIntegerField()),
                        ("root", models.BinaryField()),
                        ("frontier", models.BinaryField()),
                        ("parts", models.JSONField()),
                    ],
                    options={
                        "db_table": "points_log",
                    },
                ),
                migrations.CreateModel(
                    name="Salt",
                    fields=[
                        ("wallet_id", models.UUIDField(primary_key=True, serialize=False)),
                        ("salt", models.BinaryField()),
                    ],
                    options={
                        "db_table": "points_salt",
                    },
                ),
                migrations.CreateModel(
                    name="Statement",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("party_id", models.UUIDField()),
                        ("kind", models.TextField()),
                        ("subject", models.TextField()),
                        ("body", models.TextField()),
                        ("recorded_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "points_statement",
                    },
                ),
                migrations.CreateModel(
                    name="Tile",
                    fields=[
                        ("pk", models.CompositePrimaryKey("level", "index", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("level", models.SmallIntegerField()),
                        ("index", models.BigIntegerField()),
                        ("hashes", models.BinaryField()),
                    ],
                    options={
                        "db_table": "points_tile",
                    },
                ),
                migrations.AddField(
                    model_name="sealed",
                    name="opening",
                    field=models.BinaryField(null=True),
                ),
                *(
                    migrations.AlterField(model_name=name, name="what", field=models.TextField(choices=WHAT))
                    for name in ("sealed", "unsealed")
                ),
            ]
        ),
    ]
