from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('oauth', '0002_tokens'),
    ]

    operations = [
        migrations.AddField(
            model_name='accesstoken',
            name='epoch',
            field=models.PositiveIntegerField(db_default=0, default=0, help_text="The application's `token_epoch`."),
        ),
        migrations.AddField(
            model_name='application',
            name='deleted_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='application',
            name='disabled_at',
            field=models.DateTimeField(blank=True, help_text='While it is set, nothing is authenticated.', null=True),
        ),
        migrations.AddField(
            model_name='application',
            name='previous_client_secret',
            field=models.CharField(blank=True, db_default='', default='', help_text='Hash of the secret before the last rotation.', max_length=255),
        ),
        migrations.AddField(
            model_name='application',
            name='previous_secret_ends_at',
            field=models.DateTimeField(blank=True, help_text='When the previous secret stops working. Empty: when an operator ends it.', null=True),
        ),
        migrations.AddField(
            model_name='application',
            name='token_epoch',
            field=models.PositiveIntegerField(db_default=0, default=0, help_text='How many times all tokens of the application were revoked.'),
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('action', models.CharField(max_length=64)),
                ('client_id', models.CharField(help_text='The application that it is about.', max_length=255)),
                ('operator', models.CharField(help_text="Name of the operating system's user.", max_length=255)),
                ('details', models.JSONField(default=dict)),
            ],
            options={
                'indexes': [models.Index(fields=['client_id', 'id'], name='audit_of_application')],
            },
        ),
    ]
