from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('users', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='email_key',
            field=models.CharField(blank=True, help_text='Normal form of `email` (users/email_addresses.py). Null after the deletion.', max_length=1024, null=True),
        ),
        migrations.AddField(
            model_name='credential',
            name='login',
            field=models.CharField(blank=True, max_length=1044, null=True),
        ),
    ]
