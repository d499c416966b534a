from django.db import migrations
from django.db.models import Max
from django.db.models.functions import Coalesce

IDS_PER_BATCH = 5000


def fill(apps, schema_editor):
    """The last sync, or the creation, is the latest change that is known."""
    rows = apps.get_model('listings', 'Listing').objects.using(schema_editor.connection.alias)
    last = rows.aggregate(last=Max('pk'))['last'] or 0
    for first in range(0, last, IDS_PER_BATCH):
        batch = rows.filter(updated_at=None, pk__gt=first, pk__lte=first + IDS_PER_BATCH)
        batch.update(updated_at=Coalesce('last_successful_sync_at', 'created_at'))


class Migration(migrations.Migration):

    # Each batch is committed, and a second run continues after the first.
    atomic = False

    dependencies = [
        ('listings', '0006_updated_at'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
