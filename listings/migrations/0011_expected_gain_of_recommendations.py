from django.db import migrations, models

CATEGORIES = ["min_price", "seasonal_min_price", "base_price", "strategy", "enable_listing", "gap_fill", "min_stay"]


class Migration(migrations.Migration):

    dependencies = [("listings", "0010_fill_let_by_the_month")]

    operations = [
        migrations.AddField(
            model_name="recommendation",
            name="expected_gain",
            field=models.IntegerField(
                blank=True, help_text="What the change is expected to bring. Null: not known.", null=True
            ),
        ),
        migrations.AddField(
            model_name="recommendation",
            name="suggested_min_stay",
            field=models.IntegerField(blank=True, help_text="Nights.", null=True),
        ),
        migrations.AlterField(
            model_name="recommendation",
            name="category",
            field=models.CharField(
                choices=[(category, category.replace("_", " ").title()) for category in CATEGORIES], max_length=32
            ),
        ),
    ]
