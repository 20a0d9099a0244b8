import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sellers", "0015_who_wrote_notes")]

    operations = [
        migrations.CreateModel(
            name="Promise",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("seller", "the seller"), ("coach", "the coach")], max_length=6
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("made_on", models.DateField()),
                ("due", models.DateField()),
                (
                    "measure",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "nothing: people judge"),
                            ("late", "late deliveries"),
                            ("cancelled", "cancellations by the seller"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "written_as",
                    models.CharField(
                        choices=[
                            ("owner", "the seller"),
                            ("coach", "a coach"),
                            ("admin", "an admin"),
                        ],
                        max_length=5,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("kept", "kept"),
                            ("broken", "broken"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                (
                    "decided_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("owner", "the seller"),
                            ("coach", "a coach"),
                            ("admin", "an admin"),
                        ],
                        max_length=5,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="promises",
                        to="sellers.seller",
                    ),
                ),
            ],
            options={
                "ordering": ("due", "id"),
            },
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(fields=["seller", "due"], name="promise_of_seller"),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(("due__gte", models.F("made_on"))), name="promise_due_after_made"
            ),
        ),
        migrations.AddConstraint(
            model_name="promise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_as", ""), ("decided_at__isnull", True), ("state", "open")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("decided_at__isnull", False),
                        models.Q(("decided_as", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="promise_decided_by_somebody",
            ),
        ),
    ]
