from typing import Any

from django.db import migrations


def forget_positions(apps: Any, schema_editor: Any) -> None:
    """The next sync reads all bookings, so that those without dates are known. Earlier versions passed over them."""
    AccountConnection = apps.get_model("sync", "AccountConnection")
    for connection in AccountConnection.objects.filter(account__channel="coliving").only("cursor"):
        connection.cursor = {name: value for name, value in connection.cursor.items() if name != "bookmark"}
        connection.save(update_fields=["cursor"])


class Migration(migrations.Migration):
    dependencies = [("sync", "0001_initial"), ("listings", "0003_unplaced_bookings")]

    operations = [migrations.RunPython(forget_positions, migrations.RunPython.noop)]
