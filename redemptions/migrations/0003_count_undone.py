from django.db import migrations


class Migration(migrations.Migration):
    """Receipts that were undone before points could be given back in parts have nothing left."""

    dependencies = [("redemptions", "0002_refunds_in_parts")]

    operations = [
        migrations.RunSQL(
            sql="""
                update redemptions_redemption r set given_back = r.points
                from redemptions_undo u
                where u.redemption_id = r.number and r.given_back = 0""",
            reverse_sql=migrations.RunSQL.noop,
        ),
    ]
