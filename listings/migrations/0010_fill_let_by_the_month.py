from django.db import migrations
from django.db.models import F

IDS_PER_BATCH = 5000
SELLING_MONTHS = ('coliving', 'spotahome')
MONTHLY_FROM_NIGHTS = 28


def fill(apps, schema_editor):
    """The price at the channel is the host's own while the listing has never been enabled."""
    database = schema_editor.connection.alias
    rows = apps.get_model('listings', 'ChannelListing').objects.using(database)
    listings = apps.get_model('listings', 'Listing').objects.using(database)
    last = rows.order_by('-pk').values_list('pk', flat=True).first() or 0
    for first in range(0, last, IDS_PER_BATCH):
        batch = rows.filter(pk__gt=first, pk__lte=first + IDS_PER_BATCH)
        never_enabled = listings.filter(activations=0).values('pk')
        batch.filter(own_price=None, listing__in=never_enabled).update(own_price=F('price'))
        by_the_month = batch.filter(channel__in=SELLING_MONTHS) | batch.filter(min_stay__gte=MONTHLY_FROM_NIGHTS)
        listings.filter(pk__in=by_the_month.values('listing')).update(by_the_month=True)


class Migration(migrations.Migration):

    # Each batch is committed, and a second run continues after the first.
    atomic = False

    dependencies = [
        ('listings', '0009_let_by_the_month'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
