"""The ledger's tables, functions and grants, from the SQL files beside this package."""

from pathlib import Path

from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQL = Path(__file__).parent.parent / "sql"
FILES = (
    "tables",
    "account_id",
    "post",
    "earns",
    "draws",
    "closes",
    "reverses",
    "clawbacks",
    "moves",
    "entries",
    "expiry",
    "settles",
    "parties",
    "grants",
)
TABLES = (
    "points_wallet, points_terms, points_issuer, points_merchant, points_account, points_transfer, points_posting,"
    " points_refusal, points_open_hold, points_unsealed, points_sealed, points_total, points_mode"
)
DOMAINS = "points_account_kind, points_transfer_reason, points_posting_kind, points_unsealed_what"


def load(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    app_role = schema_editor.connection.ops.quote_name(str(settings.DATABASES["default"]["USER"]))
    with schema_editor.connection.cursor() as cursor:
        for name in FILES:
            cursor.execute((SQL / f"{name}.sql").read_text(encoding="utf-8").replace("{app}", app_role))


def unload(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "select string_agg(p.oid::regprocedure::text, ', ') from pg_proc p"
            " where p.pronamespace = 'public'::regnamespace and starts_with(p.proname, 'points_')"
        )
        functions = cursor.fetchone()[0]
        cursor.execute(f"drop function {functions}")
        cursor.execute("drop type points_command, points_answer")
        cursor.execute(f"drop table {TABLES}")
        cursor.execute(f"drop domain {DOMAINS}")


class Migration(migrations.Migration):
    initial = True

    dependencies = [("outbox", "0001_roles")]

    operations = [
        migrations.RunPython(load, unload),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Account",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("party_id", models.UUIDField()),
                        (
                            "kind",
                            models.TextField(
                                choices=[
                                    ("lot", "lot"),
                                    ("hold", "hold"),
                                    ("arrears", "arrears"),
                                    ("issuance", "issuance"),
                                    ("payable", "merchant payable"),
                                    ("breakage", "breakage"),
                                    ("retired", "retired"),
                                    ("transit", "in transit"),
                                ],
                                verbose_name="kind",
                            ),
                        ),
                        ("issuer_id", models.UUIDField()),
                        ("terms_id", models.IntegerField(null=True)),
                        ("available_on", models.DateField(null=True, verbose_name="available on")),
                        ("expires_on", models.DateField(null=True, verbose_name="expires on")),
                        ("balance", models.BigIntegerField(verbose_name="balance")),
                    ],
                    options={
                        "db_table": "points_account",
                    },
                ),
                migrations.CreateModel(
                    name="Issuer",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("opened_at", models.DateTimeField(verbose_name="opened at")),
                    ],
                    options={
                        "db_table": "points_issuer",
                    },
                ),
                migrations.CreateModel(
                    name="MerchantParty",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("opened_at", models.DateTimeField(verbose_name="opened at")),
                        ("closed_at", models.DateTimeField(null=True, verbose_name="closed at")),
                    ],
                    options={
                        "db_table": "points_merchant",
                    },
                ),
                migrations.CreateModel(
                    name="OpenHold",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "party_id", "transfer_id", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("party_id", models.UUIDField()),
                        ("transfer_id", models.UUIDField()),
                        ("due_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "points_open_hold",
                    },
                ),
                migrations.CreateModel(
                    name="Posting",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "party_id", "transfer_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("party_id", models.UUIDField()),
                        ("transfer_id", models.UUIDField()),
                        ("number", models.SmallIntegerField()),
                        (
                            "source_kind",
                            models.TextField(
                                choices=[
                                    ("lot", "lot"),
                                    ("hold", "hold"),
                                    ("arrears", "arrears"),
                                    ("issuance", "issuance"),
                                    ("payable", "merchant payable"),
                                    ("breakage", "breakage"),
                                    ("retired", "retired"),
                                    ("transit", "in transit"),
                                ]
                            ),
                        ),
                        ("source_id", models.UUIDField()),
                        (
                            "target_kind",
                            models.TextField(
                                choices=[
                                    ("lot", "lot"),
                                    ("hold", "hold"),
                                    ("arrears", "arrears"),
                                    ("issuance", "issuance"),
                                    ("payable", "merchant payable"),
                                    ("breakage", "breakage"),
                                    ("retired", "retired"),
                                    ("transit", "in transit"),
                                ]
                            ),
                        ),
                        ("target_id", models.UUIDField()),
                        ("issuer_id", models.UUIDField()),
                        ("points", models.BigIntegerField(verbose_name="points")),
                        ("restores", models.SmallIntegerField(null=True)),
                    ],
                    options={
                        "db_table": "points_posting",
                    },
                ),
                migrations.CreateModel(
                    name="Refusal",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("party_id", models.UUIDField()),
                        (
                            "source",
                            models.TextField(
                                choices=[
                                    ("earning", "earning"),
                                    ("redemptions", "redemptions"),
                                    ("residents", "residents"),
                                    ("settlements", "settlements"),
                                    ("approvals", "approvals"),
                                    ("expiry", "expiry"),
                                ]
                            ),
                        ),
                        ("key", models.TextField()),
                        (
                            "reason",
                            models.TextField(
                                choices=[
                                    ("earn", "earned"),
                                    ("redeem", "redeemed"),
                                    ("hold", "held"),
                                    ("capture", "redeemed from a hold"),
                                    ("release", "hold released"),
                                    ("reverse", "given back"),
                                    ("clawback", "taken back"),
                                    ("expire", "expired"),
                                    ("gift", "gift"),
                                    ("merge", "wallets merged"),
                                    ("adjust", "adjusted"),
                                    ("settle", "settled"),
                                ]
                            ),
                        ),
                        ("request_hash", models.BinaryField()),
                        (
                            "outcome",
                            models.TextField(
                                choices=[
                                    ("posted", "posted"),
                                    ("idempotency_key_reused", "key reused for something else"),
                                    ("insufficient_points", "insufficient points"),
                                    ("wallet_frozen", "wallet frozen"),
                                    ("wallet_closed", "wallet closed"),
                                    ("unknown_wallet", "unknown wallet"),
                                    ("unknown_terms", "unknown terms"),
                                    ("unknown_merchant", "unknown merchant"),
                                    ("unknown_transfer", "unknown transfer"),
                                    ("hold_closed", "hold closed"),
                                    ("hold_overdue", "hold overdue"),
                                    ("hold_open", "hold open"),
                                    ("not_reversible", "not reversible"),
                                    ("already_reversed", "already reversed"),
                                    ("more_than_is_left", "more than is left"),
                                ]
                            ),
                        ),
                        ("available", models.BigIntegerField(null=True)),
                        ("recorded_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "points_refusal",
                    },
                ),
                migrations.CreateModel(
                    name="Sealed",
                    fields=[
                        ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("party_id", models.UUIDField()),
                        ("fact_id", models.UUIDField()),
                        ("what", models.TextField(choices=[("transfer", "transfer"), ("refusal", "refusal")])),
                        ("sealed_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "points_sealed",
                    },
                ),
                migrations.CreateModel(
                    name="Terms",
                    fields=[
                        ("id", models.AutoField(primary_key=True, serialize=False)),
                        ("issuer_id", models.UUIDField()),
                        ("months", models.PositiveSmallIntegerField(verbose_name="months")),
                        ("grace_days", models.PositiveSmallIntegerField(verbose_name="days of grace")),
                        ("starts_on", models.DateField(verbose_name="starts on")),
                        ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                    ],
                    options={
                        "verbose_name_plural": "terms",
                        "db_table": "points_terms",
                    },
                ),
                migrations.CreateModel(
                    name="Total",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "kind", "party_id", "issuer_id", "day", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        (
                            "kind",
                            models.TextField(
                                choices=[
                                    ("lot", "lot"),
                                    ("hold", "hold"),
                                    ("arrears", "arrears"),
                                    ("issuance", "issuance"),
                                    ("payable", "merchant payable"),
                                    ("breakage", "breakage"),
                                    ("retired", "retired"),
                                    ("transit", "in transit"),
                                ]
                            ),
                        ),
                        ("party_id", models.UUIDField()),
                        ("issuer_id", models.UUIDField()),
                        ("day", models.DateField()),
                        ("points_in", models.BigIntegerField()),
                        ("points_out", models.BigIntegerField()),
                    ],
                    options={
                        "db_table": "points_total",
                    },
                ),
                migrations.CreateModel(
                    name="Transfer",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("party_id", models.UUIDField(verbose_name="wallet")),
                        (
                            "reason",
                            models.TextField(
                                choices=[
                                    ("earn", "earned"),
                                    ("redeem", "redeemed"),
                                    ("hold", "held"),
                                    ("capture", "redeemed from a hold"),
                                    ("release", "hold released"),
                                    ("reverse", "given back"),
                                    ("clawback", "taken back"),
                                    ("expire", "expired"),
                                    ("gift", "gift"),
                                    ("merge", "wallets merged"),
                                    ("adjust", "adjusted"),
                                    ("settle", "settled"),
                                ],
                                verbose_name="reason",
                            ),
                        ),
                        (
                            "source",
                            models.TextField(
                                choices=[
                                    ("earning", "earning"),
                                    ("redemptions", "redemptions"),
                                    ("residents", "residents"),
                                    ("settlements", "settlements"),
                                    ("approvals", "approvals"),
                                    ("expiry", "expiry"),
                                ],
                                verbose_name="source",
                            ),
                        ),
                        ("key", models.TextField(verbose_name="key")),
                        ("request_hash", models.BinaryField()),
                        ("counterparty_id", models.UUIDField(null=True, verbose_name="merchant")),
                        ("follows", models.UUIDField(null=True, verbose_name="follows")),
                        ("effective_at", models.DateTimeField(verbose_name="effective at")),
                        ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                        ("facts", models.JSONField(null=True, verbose_name="facts")),
                    ],
                    options={
                        "verbose_name": "transfer",
                        "verbose_name_plural": "transfers",
                        "db_table": "points_transfer",
                    },
                ),
                migrations.CreateModel(
                    name="Unsealed",
                    fields=[
                        ("position", models.BigAutoField(primary_key=True, serialize=False)),
                        ("party_id", models.UUIDField()),
                        ("fact_id", models.UUIDField()),
                        ("what", models.TextField(choices=[("transfer", "transfer"), ("refusal", "refusal")])),
                    ],
                    options={
                        "db_table": "points_unsealed",
                    },
                ),
                migrations.CreateModel(
                    name="Wallet",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("opened_at", models.DateTimeField(verbose_name="opened at")),
                        ("frozen_at", models.DateTimeField(null=True, verbose_name="frozen at")),
                        ("closed_at", models.DateTimeField(null=True, verbose_name="closed at")),
                        ("successor_id", models.UUIDField(null=True)),
                    ],
                    options={
                        "db_table": "points_wallet",
                    },
                ),
            ]
        ),
    ]
