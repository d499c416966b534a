from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("listings", "0004_failed_listings")]

    operations = [
        migrations.AddField(
            model_name="listing",
            name="push_error",
            field=models.TextField(
                blank=True,
                help_text="Why a channel did not take the prices or stay rules last time, for people.",
                null=True,
            ),
        ),
    ]
