import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# Each statement that changes the number of an application's listings adds rows to the tallies (models.ListingTally).
# SQLite drops the triggers of a table that a later migration rebuilds. Such a migration must create them again.
_SQLITE = [
    """
CREATE TRIGGER tally_added_listing AFTER INSERT ON listings_listing WHEN NEW.deleted_at IS NULL
BEGIN
    INSERT INTO listings_listingtally (application_id, enabled, day, change)
        VALUES (NEW.application_id, NEW.enabled, date(NEW.created_at), 1);
END""",
    """
CREATE TRIGGER tally_deleted_listing AFTER DELETE ON listings_listing WHEN OLD.deleted_at IS NULL
BEGIN
    INSERT INTO listings_listingtally (application_id, enabled, day, change)
        VALUES (OLD.application_id, OLD.enabled, date(OLD.created_at), -1);
END""",
    """
CREATE TRIGGER tally_changed_listing AFTER UPDATE OF application_id, enabled, created_at, deleted_at
ON listings_listing WHEN OLD.application_id <> NEW.application_id OR OLD.enabled <> NEW.enabled
    OR date(OLD.created_at) <> date(NEW.created_at) OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL)
BEGIN
    INSERT INTO listings_listingtally (application_id, enabled, day, change)
        SELECT OLD.application_id, OLD.enabled, date(OLD.created_at), -1 WHERE OLD.deleted_at IS NULL
        UNION ALL SELECT NEW.application_id, NEW.enabled, date(NEW.created_at), 1 WHERE NEW.deleted_at IS NULL;
END""",
]

_POSTGRESQL = [
    """
CREATE FUNCTION tally_listings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO listings_listingtally (application_id, enabled, day, change)
            SELECT application_id, enabled, (created_at AT TIME ZONE 'UTC')::date, -count(*)
            FROM gone WHERE deleted_at IS NULL GROUP BY 1, 2, 3;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO listings_listingtally (application_id, enabled, day, change)
            SELECT application_id, enabled, (created_at AT TIME ZONE 'UTC')::date, count(*)
            FROM come WHERE deleted_at IS NULL GROUP BY 1, 2, 3;
    END IF;
    RETURN NULL;
END $$""",
    """
CREATE TRIGGER tally_added_listings AFTER INSERT ON listings_listing
REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION tally_listings()""",
    """
CREATE TRIGGER tally_deleted_listings AFTER DELETE ON listings_listing
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tally_listings()""",
    """
CREATE FUNCTION tally_changed_listings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO listings_listingtally (application_id, enabled, day, change)
        SELECT application_id, enabled, (created_at AT TIME ZONE 'UTC')::date, sum(change) FROM (
            SELECT application_id, enabled, created_at, 1 AS change FROM come WHERE deleted_at IS NULL
            UNION ALL SELECT application_id, enabled, created_at, -1 FROM gone WHERE deleted_at IS NULL
        ) changes GROUP BY 1, 2, 3 HAVING sum(change) <> 0;
    RETURN NULL;
END $$""",
    """
CREATE TRIGGER tally_changed_listings AFTER UPDATE ON listings_listing
REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION tally_changed_listings()""",
]


def create_triggers(apps, schema_editor):
    for statement in _POSTGRESQL if schema_editor.connection.vendor == 'postgresql' else _SQLITE:
        schema_editor.execute(statement)


def drop_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        for trigger in ('tally_added_listings', 'tally_deleted_listings', 'tally_changed_listings'):
            schema_editor.execute(f'DROP TRIGGER {trigger} ON listings_listing')
        for function in ('tally_listings', 'tally_changed_listings'):
            schema_editor.execute(f'DROP FUNCTION {function}')
    else:
        for trigger in ('tally_added_listing', 'tally_deleted_listing', 'tally_changed_listing'):
            schema_editor.execute(f'DROP TRIGGER {trigger}')


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('users', '0001_initial'),
        migrations.swappable_dependency(settings.OAUTH2_PROVIDER_APPLICATION_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Market',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('city', models.CharField(max_length=256)),
                ('country', models.CharField(blank=True, max_length=256)),
                ('currency', models.CharField(max_length=3)),
                ('active', models.BooleanField(default=False)),
                ('statistics', models.JSONField(default=dict)),
                ('refreshed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('city', 'country', 'currency'), name='market_once_per_place')],
            },
        ),
        migrations.CreateModel(
            name='Listing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=255)),
                ('image', models.CharField(blank=True, max_length=1024, null=True)),
                ('neighborhood', models.CharField(blank=True, max_length=256, null=True)),
                ('city', models.CharField(blank=True, max_length=256, null=True)),
                ('state', models.CharField(blank=True, max_length=256, null=True)),
                ('country', models.CharField(blank=True, max_length=256, null=True)),
                ('address', models.CharField(blank=True, max_length=1024, null=True)),
                ('room_type', models.CharField(blank=True, max_length=256, null=True)),
                ('bedrooms', models.IntegerField(blank=True, null=True)),
                ('bathrooms', models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True)),
                ('person_capacity', models.IntegerField(blank=True, null=True)),
                ('latitude', models.DecimalField(blank=True, decimal_places=8, max_digits=12, null=True)),
                ('longitude', models.DecimalField(blank=True, decimal_places=8, max_digits=12, null=True)),
                ('timezone', models.CharField(default='UTC', max_length=64)),
                ('currency', models.CharField(blank=True, max_length=3, null=True)),
                ('units', models.PositiveIntegerField(default=1, help_text='Number of equal rooms that are sold as one listing.')),
                ('base_price', models.IntegerField(default=0)),
                ('base_price_is_automatic', models.BooleanField(default=True)),
                ('base_price_updated_at', models.DateTimeField(blank=True, null=True)),
                ('min_price', models.IntegerField(blank=True, null=True)),
                ('min_price_updated_at', models.DateTimeField(blank=True, null=True)),
                ('max_price', models.IntegerField(blank=True, null=True)),
                ('min_stay', models.IntegerField(blank=True, null=True)),
                ('extra_guest_fee', models.IntegerField(blank=True, null=True)),
                ('extra_guest_threshold', models.IntegerField(blank=True, null=True)),
                ('enabled', models.BooleanField(default=False, help_text='Prices are pushed to the channel.')),
                ('activations', models.PositiveIntegerField(default=0, help_text='Number of times that the listing was enabled.')),
                ('has_suggestions', models.BooleanField(default=False, help_text='Whether the listing may have open recommendations. A change needs no query while it has none.')),
                ('in_active_market', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('last_successful_sync_at', models.DateTimeField(blank=True, null=True)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
                ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
                ('market', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='listings', to='listings.market')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='listings', to='users.user')),
            ],
        ),
        migrations.CreateModel(
            name='ChannelListing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=32)),
                ('channel_listing_id', models.CharField(max_length=255)),
                ('price', models.BigIntegerField(blank=True, help_text="Base price of a night at the channel, in minor units of the listing's currency.", null=True)),
                ('min_stay', models.IntegerField(blank=True, help_text='Minimum stay that the host set there, in nights.', null=True)),
                ('max_stay', models.IntegerField(blank=True, help_text='Maximum stay that the host set there, in nights.', null=True)),
                ('last_successful_sync_at', models.DateTimeField(blank=True, null=True)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='channel_listings', to='users.account')),
                ('listing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='channel_listings', to='listings.listing')),
            ],
        ),
        migrations.CreateModel(
            name='ChannelCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_night', models.DateField()),
                ('availability', models.TextField()),
                ('listing', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='channel_calendar', to='listings.listing')),
            ],
        ),
        migrations.CreateModel(
            name='ListingTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('enabled', models.BooleanField()),
                ('day', models.DateField()),
                ('change', models.IntegerField()),
                ('application', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.OAUTH2_PROVIDER_APPLICATION_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='PostedNights',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nights', models.JSONField(default=dict)),
                ('activation', models.PositiveIntegerField(default=0)),
                ('pushed_at', models.DateTimeField()),
                ('channel_listing', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='posted_nights', to='listings.channellisting')),
            ],
        ),
        migrations.CreateModel(
            name='PricingRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('min_max_prices', models.JSONField(default=dict)),
                ('min_stays', models.JSONField(default=dict)),
                ('max_stays', models.JSONField(default=dict)),
                ('time_based_adjustments', models.JSONField(default=dict)),
                ('checkin_checkout_days', models.JSONField(default=dict)),
                ('listing', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='pricing_rules', to='listings.listing')),
            ],
        ),
        migrations.CreateModel(
            name='Recommendation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(choices=[('min_price', 'Min Price'), ('seasonal_min_price', 'Seasonal Min Price'), ('base_price', 'Base Price'), ('strategy', 'Strategy'), ('enable_listing', 'Enable Listing'), ('gap_fill', 'Gap Fill')], max_length=32)),
                ('status', models.CharField(choices=[('suggested', 'Suggested'), ('suggestion_completed', 'Suggestion Completed'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('expired', 'Expired'), ('canceled', 'Canceled'), ('outdated', 'Outdated')], default='suggested', max_length=32)),
                ('suggested_base_price', models.IntegerField(blank=True, null=True)),
                ('suggested_min_price', models.IntegerField(blank=True, null=True)),
                ('suggested_seasonal_min_price_pct', models.FloatField(blank=True, help_text='Percentage to add to the minimum price in the season.', null=True)),
                ('suggested_tier', models.CharField(blank=True, help_text='Tier of a `strategy`. The API shows it only in the text.', max_length=32, null=True)),
                ('initial_base_price', models.IntegerField(blank=True, null=True)),
                ('initial_min_price', models.IntegerField(blank=True, null=True)),
                ('recommendations', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('rejected_at', models.DateTimeField(blank=True, null=True)),
                ('expired_at', models.DateTimeField(blank=True, null=True)),
                ('listing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recommendations', to='listings.listing')),
            ],
        ),
        migrations.CreateModel(
            name='Reservation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel_reservation_id', models.CharField(max_length=255)),
                ('status', models.CharField(choices=[('booked', 'Booked'), ('held', 'Held'), ('owner', 'Owner'), ('cancelled', 'Cancelled')], max_length=16)),
                ('check_in', models.DateField()),
                ('check_out', models.DateField(help_text='Day of departure. It is not a night of the stay.')),
                ('units', models.PositiveIntegerField(default=1)),
                ('total', models.BigIntegerField(blank=True, help_text='Price of the whole stay, in minor units of `currency`.', null=True)),
                ('currency', models.CharField(blank=True, max_length=3, null=True)),
                ('source', models.CharField(blank=True, default='', max_length=64)),
                ('booked_at', models.DateTimeField(blank=True, null=True)),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reservations', to='users.account')),
                ('listing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reservations', to='listings.listing')),
            ],
        ),
        migrations.AddConstraint(
            model_name='channellisting',
            constraint=models.UniqueConstraint(fields=('account', 'channel_listing_id'), name='channel_listing_once'),
        ),
        migrations.AddIndex(
            model_name='listingtally',
            index=models.Index(fields=['application', 'enabled', 'day', 'change'], name='tally_of_application'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['application', '-created_at', '-id'], name='listing_newest'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['owner', '-created_at', '-id'], name='listing_newest_of_owner'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['application', 'enabled', '-created_at', '-id'], name='listing_newest_enabled'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['application', 'title', 'id'], name='listing_by_title'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['application', 'city', 'id'], name='listing_by_city'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('deleted_at', None)), fields=['application', 'base_price', 'id'], name='listing_by_base_price'),
        ),
        migrations.AddIndex(
            model_name='recommendation',
            index=models.Index(fields=['listing', '-created_at', '-id'], name='recommendation_newest'),
        ),
        migrations.AddConstraint(
            model_name='recommendation',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'suggested')), fields=('listing', 'category'), name='one_suggestion_per_listing_and_category'),
        ),
        migrations.AddIndex(
            model_name='reservation',
            index=models.Index(fields=['listing', 'check_out'], name='reservation_of_listing'),
        ),
        migrations.AddConstraint(
            model_name='reservation',
            constraint=models.UniqueConstraint(fields=('account', 'channel_reservation_id'), name='reservation_once'),
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
