import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('listings', '0002_initial'),
    ]

    operations = [
        # Posted nights belong to a channel listing: a listing may be on several channels.
        migrations.DeleteModel(name='PostedNights'),
        migrations.CreateModel(
            name='PostedNights',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nights', models.JSONField(default=dict)),
                ('pushed_at', models.DateTimeField()),
                ('channel_listing', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='posted_nights', to='listings.channellisting')),
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
                ('suggested_seasonal_min_price_pct', models.FloatField(blank=True, help_text='Percent to add to the minimum price in the season.', null=True)),
                ('suggested_tier', models.CharField(blank=True, help_text='Of a `strategy`; the API has it in the text only.', max_length=32, null=True)),
                ('initial_base_price', models.IntegerField(blank=True, null=True)),
                ('initial_min_price', models.IntegerField(blank=True, null=True)),
                ('recommendations', models.TextField()),
                ('created_at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('rejected_at', models.DateTimeField(blank=True, null=True)),
                ('expired_at', models.DateTimeField(blank=True, null=True)),
                ('listing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recommendations', to='listings.listing')),
            ],
            options={
                'indexes': [models.Index(fields=['listing', '-created_at', '-id'], name='recommendation_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'suggested')), fields=('listing', 'category'), name='one_suggestion_per_listing_and_category')],
            },
        ),
    ]
