"""The ledger: its tables come from the SQL files beside this package."""

from pathlib import Path

from django.db import migrations, models

from core.functions import sql_files

SQL = Path(__file__).parents[1] / "sql"


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("outbox", "0001_roles"),
    ]

    operations = [
        sql_files(SQL / "tables.sql", SQL / "log_tables.sql"),
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
                    name="Declaration",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("party_id", models.UUIDField()),
                        ("kind", models.TextField()),
                        ("subject", models.TextField()),
                        ("body", models.TextField()),
                        ("recorded_at", models.DateTimeField()),
                    ],
                    options={
                        "db_table": "points_declaration",
                    },
                ),
                migrations.CreateModel(
                    name="Issuer",
                    fields=[
                        ("id", models.UUIDField(primary_key=True, serialize=False)),
                        ("opened_at", models.DateTimeField(verbose_name="opened at")),
                        ("suspended_at", models.DateTimeField(null=True, verbose_name="suspended at")),
                        ("kept_from", models.DateField(null=True)),
                        ("kept_until", models.DateField(null=True)),
                    ],
                    options={
                        "db_table": "points_issuer",
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
                    name="Sealed",
                    fields=[
                        ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("party_id", models.UUIDField()),
                        ("fact_id", models.UUIDField()),
                        (
                            "what",
                            models.TextField(choices=[("transfer", "transfer"), ("refusal", "refusal"), ("declaration", "declaration")]),
                        ),
                        ("sealed_at", models.DateTimeField()),
                        ("opening", models.BinaryField(null=True)),
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
                        (
                            "what",
                            models.TextField(choices=[("transfer", "transfer"), ("refusal", "refusal"), ("declaration", "declaration")]),
                        ),
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
        migrations.CreateModel(
            name="BooksCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField(choices=[("full", "everything"), ("new", "what was new")], verbose_name="looked at")),
                ("at", models.DateTimeField(verbose_name="checked at")),
                ("upto", models.BigIntegerField(verbose_name="up to number")),
                ("root", models.BinaryField()),
                ("parts", models.JSONField(default=dict)),
                ("day", models.DateField(null=True, verbose_name="last closed day")),
                ("day_number", models.BigIntegerField(default=0)),
                ("wallets", models.BigIntegerField(null=True, verbose_name="wallets recomputed")),
                ("drifts", models.IntegerField(verbose_name="drifts")),
                ("found", models.JSONField(default=list, verbose_name="what was found")),
            ],
            options={
                "verbose_name": "books check",
                "verbose_name_plural": "books checks",
                "db_table": "points_books_check",
            },
        ),
        migrations.CreateModel(
            name="CheckedTotal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "kind", "party_id", "issuer_id", "day", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("party_id", models.UUIDField()),
                ("issuer_id", models.UUIDField()),
                ("day", models.DateField()),
                ("points_in", models.BigIntegerField()),
                ("points_out", models.BigIntegerField()),
            ],
            options={
                "db_table": "points_checked_total",
            },
        ),
    ]
