"""Before coaches could write, a note was its owner's or an admin's."""

from django.db import migrations
from django.db.models import F


def fill(apps, _schema_editor):
    notes = apps.get_model("sellers", "Note").objects.filter(written_as="")
    notes.filter(author=F("seller__owner")).update(written_as="owner")
    notes.filter(author__is_staff=True, written_as="").update(written_as="admin")
    notes.filter(author__isnull=False, written_as="").update(written_as="owner")


class Migration(migrations.Migration):
    dependencies = [("sellers", "0014_private_notes")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
