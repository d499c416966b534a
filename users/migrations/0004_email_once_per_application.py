from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('users', '0003_fill_email_keys'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(fields=('application', 'email_key'), name='user_email_once_per_application'),
        ),
        migrations.AddConstraint(
            model_name='credential',
            constraint=models.UniqueConstraint(fields=('login',), name='credential_login_once'),
        ),
        migrations.RemoveConstraint(
            model_name='user',
            name='user_email_once',
        ),
        migrations.RemoveConstraint(
            model_name='credential',
            name='credential_email_once',
        ),
        migrations.AlterField(
            model_name='credential',
            name='email',
            field=models.EmailField(blank=True, max_length=254, null=True),
        ),
    ]
