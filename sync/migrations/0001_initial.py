import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('listings', '0001_initial'),
        ('users', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountConnection',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='connection', serialize=False, to='users.account')),
                ('encrypted_channel_credentials', models.TextField()),
                ('encrypted_session', models.TextField(blank=True, default='')),
                ('cursor', models.JSONField(blank=True, default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='ConnectorDetails',
            fields=[
                ('channel_listing', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='connector_details', serialize=False, to='listings.channellisting')),
                ('details', models.JSONField(blank=True, default=dict)),
            ],
        ),
    ]
