"""The tables of this package."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.ids
import imports.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("branches", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FileImport",
            fields=[
                ("id", models.UUIDField(default=core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("residents", "Residents"), ("events", "Events")], max_length=16, verbose_name="kind")),
                (
                    "file",
                    models.FileField(
                        max_length=200, storage=imports.models.private_storage, upload_to=imports.models.import_path, verbose_name="file"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="file name")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("encoding", models.CharField(blank=True, default="", max_length=16, verbose_name="encoding")),
                (
                    "encoding_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mark", "the file's byte-order mark says so"),
                            ("ascii", "the file has only ASCII letters, which are the same in both"),
                            ("likely", "its characters are likely in this one and not in the other"),
                            ("said", "as was said when it was handed in"),
                        ],
                        db_default="",
                        default="",
                        editable=False,
                        max_length=8,
                        verbose_name="why this encoding",
                    ),
                ),
                ("size_bytes", models.BigIntegerField(verbose_name="size in bytes")),
                ("rows_done", models.PositiveIntegerField(default=0, verbose_name="rows done")),
                ("rows_total", models.PositiveIntegerField(blank=True, null=True, verbose_name="rows in all")),
                ("bytes_done", models.BigIntegerField(default=0, verbose_name="bytes done")),
                ("counts", models.JSONField(default=dict, verbose_name="counts")),
                ("ignored", models.JSONField(default=list, verbose_name="columns not read")),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "Queued"), ("running", "Running"), ("done", "Done"), ("failed", "Failed")],
                        default="queued",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("problem", models.CharField(blank=True, default="", max_length=500, verbose_name="problem")),
                ("made_at", models.DateTimeField(verbose_name="submitted at")),
                ("runner", models.UUIDField(blank=True, editable=False, null=True, verbose_name="runner")),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="present run since")),
                ("rows_at_start", models.PositiveIntegerField(db_default=0, default=0, verbose_name="rows done before the present run")),
                ("heartbeat_at", models.DateTimeField(blank=True, null=True, verbose_name="last heartbeat")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                (
                    "bank",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="imports", to="branches.bank", verbose_name="bank"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="submitted by",
                    ),
                ),
            ],
            options={
                "verbose_name": "file import",
                "verbose_name_plural": "file imports",
            },
        ),
        migrations.CreateModel(
            name="FileImportError",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField(verbose_name="line")),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("message", models.CharField(max_length=300, verbose_name="message")),
                (
                    "file_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="errors",
                        to="imports.fileimport",
                        verbose_name="file import",
                    ),
                ),
            ],
            options={
                "verbose_name": "row error",
                "verbose_name_plural": "row errors",
            },
        ),
        migrations.AddIndex(
            model_name="fileimport",
            index=models.Index(fields=["state", "heartbeat_at"], name="imports_fileimport_waiting"),
        ),
        migrations.AddConstraint(
            model_name="fileimport",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["residents", "events"])), name="imports_fileimport_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="fileimport",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["queued", "running", "done", "failed"])), name="imports_fileimport_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="fileimport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=("bank", "kind", "sha256"),
                name="imports_fileimport_unfinished_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="fileimporterror",
            constraint=models.UniqueConstraint(fields=("file_import", "line"), name="imports_fileimporterror_once_per_line"),
        ),
    ]
