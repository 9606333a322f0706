"""Moves between accounts as a projection of their own, so that balances are one sum."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One row for each move."""

    dependencies = [
        ("ledger", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="MoveRow",
            fields=[
                ("row_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("scene", models.CharField(max_length=48)),
                ("slot", models.CharField(max_length=80)),
                ("way", models.CharField(max_length=48)),
                ("source", models.CharField(max_length=48)),
                ("target", models.CharField(max_length=48)),
                ("quantity", models.CharField(max_length=48)),
                ("source_subject", models.CharField(blank=True, default="", max_length=200)),
                ("target_subject", models.CharField(blank=True, default="", max_length=200)),
                ("day", models.DateField()),
                ("amount", models.BigIntegerField()),
                ("document", models.CharField(max_length=200)),
                ("part", models.CharField(blank=True, default="", max_length=80)),
                ("why", models.TextField(blank=True, default="")),
                ("approver", models.CharField(blank=True, default="", max_length=80)),
                ("recorded_from", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["scene", "source", "source_subject"], name="move_by_source"),
                    models.Index(fields=["scene", "target", "target_subject"], name="move_by_target"),
                ],
                "constraints": [models.UniqueConstraint(fields=("scene", "slot"), name="move_once")],
            },
        ),
    ]
