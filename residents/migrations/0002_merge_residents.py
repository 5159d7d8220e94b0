import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0001_initial"),
        ("residents", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="resident",
            name="merged_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="merged at"),
        ),
        migrations.AddField(
            model_name="resident",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="residents.resident",
                verbose_name="merged into",
            ),
        ),
        migrations.AddConstraint(
            model_name="resident",
            constraint=models.CheckConstraint(
                name="residents_resident_merged_is_nobodys", condition=Q(successor__isnull=True) | Q(user__isnull=True)
            ),
        ),
        migrations.AddConstraint(
            model_name="resident",
            constraint=models.CheckConstraint(
                name="residents_resident_merged_at_a_time",
                condition=Q(successor__isnull=True, merged_at__isnull=True) | Q(successor__isnull=False, merged_at__isnull=False),
            ),
        ),
    ]
