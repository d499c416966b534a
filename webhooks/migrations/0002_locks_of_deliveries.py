"""A delivery locks its endpoint's row when it is written, and not only at the end of its transaction.

Django's foreign keys are checked, and lock the row that they name, at the end of the transaction. The job that sends to
an endpoint ends only while no delivery is being written (webhooks/delivering.py), and so could overlook one.
"""

from django.db import migrations


def alter(schema_editor, apps, deferrability):
    if schema_editor.connection.vendor != 'postgresql':
        return  # SQLite admits one writer at a time.
    table = apps.get_model('webhooks', 'WebhookDelivery')._meta.db_table
    with schema_editor.connection.cursor() as cursor:
        constraints = schema_editor.connection.introspection.get_constraints(cursor, table)
    quoted = schema_editor.quote_name
    for name, found in constraints.items():
        if found['foreign_key'] and found['columns'] == ['endpoint_id']:
            schema_editor.execute(f'ALTER TABLE {quoted(table)} ALTER CONSTRAINT {quoted(name)} {deferrability}')


def check_at_once(apps, schema_editor):
    alter(schema_editor, apps, 'NOT DEFERRABLE')


def check_at_the_end(apps, schema_editor):
    alter(schema_editor, apps, 'DEFERRABLE INITIALLY DEFERRED')


class Migration(migrations.Migration):
    dependencies = [
        ('webhooks', '0001_initial'),
    ]

    operations = [
        migrations.AlterModelOptions(name='webhookdelivery', options={'verbose_name_plural': 'webhook deliveries'}),
        migrations.RunPython(check_at_once, check_at_the_end),
    ]
