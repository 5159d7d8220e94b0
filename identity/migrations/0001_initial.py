"""The tables of this package."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("outbox", "0001_roles"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("username", models.CharField(blank=True, max_length=64, null=True, unique=True, verbose_name="username")),
                ("phone_encrypted", models.TextField(blank=True, null=True, verbose_name="phone")),
                ("phone_hash", models.BinaryField(blank=True, max_length=32, null=True, unique=True)),
                ("name", models.CharField(blank=True, default="", max_length=80, verbose_name="name")),
                (
                    "language",
                    models.CharField(
                        choices=[("zh-hans", "Chinese"), ("en", "English")], default="zh-hans", max_length=8, verbose_name="language"
                    ),
                ),
                ("is_staff", models.BooleanField(default=False, verbose_name="staff")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("is_made_up", models.BooleanField(db_default=False, default=False, verbose_name="made up")),
                ("session_epoch", models.PositiveIntegerField(default=0, verbose_name="session epoch")),
                ("joined_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="joined at")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
            },
        ),
        migrations.CreateModel(
            name="OpenSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("session_key", models.CharField(max_length=40, unique=True)),
                ("browser", models.CharField(blank=True, max_length=80)),
                ("began_at", models.DateTimeField()),
                ("used_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="open_sessions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SignInCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone_hash", models.BinaryField(max_length=32)),
                ("browser_hash", models.BinaryField(max_length=32)),
                ("network_hash", models.BinaryField(max_length=32)),
                ("prefix_hash", models.BinaryField(max_length=32)),
                ("is_known", models.BooleanField()),
                ("is_sent", models.BooleanField()),
                ("code_hash", models.BinaryField(max_length=32)),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used at")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["phone_hash", "-made_at"], name="identity_signincode_phone"),
                    models.Index(fields=["network_hash", "-made_at"], name="identity_signincode_network"),
                    models.Index(fields=["prefix_hash", "-made_at"], name="identity_signincode_prefix"),
                    models.Index(fields=["made_at"], name="identity_signincode_made"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))), name="identity_signincode_expires_after_made"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("username__isnull", False), ("phone_hash__isnull", False), _connector="OR"),
                name="identity_user_has_username_or_phone",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("phone_encrypted__isnull", True), ("phone_hash__isnull", True)),
                    models.Q(("phone_encrypted__isnull", False), ("phone_hash__isnull", False)),
                    _connector="OR",
                ),
                name="identity_user_phone_encrypted_and_hashed",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(condition=models.Q(("language__in", ["zh-hans", "en"])), name="identity_user_language_known"),
        ),
        migrations.AddIndex(
            model_name="opensession",
            index=models.Index(fields=["user", "-used_at"], name="identity_opensession_user"),
        ),
        migrations.AddConstraint(
            model_name="opensession",
            constraint=models.CheckConstraint(
                condition=models.Q(("used_at__gte", models.F("began_at"))), name="identity_opensession_used_after_it_began"
            ),
        ),
    ]
