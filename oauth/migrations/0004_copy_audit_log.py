"""Copies the entries of the earlier audit log of operators into the audit trail.

The old table stays for one version: servers of the previous version write to it while an update is running.
"""

from django.db import migrations

ENTRIES_PER_BATCH = 500
ACTIONS = {
    'create_application': 'application.created',
    'change_application': 'application.changed',
    'rotate_secret': 'application.secret_rotated',
    'end_old_secret': 'application.old_secret_ended',
    'disable_application': 'application.disabled',
    'enable_application': 'application.enabled',
    'delete_application': 'application.deleted',
    'revoke_tokens': 'application.tokens_revoked',
    'create_personal_access_token': 'personal_access_token.created',
    'revoke_personal_access_tokens': 'personal_access_token.revoked',
    'create_webhook_endpoint': 'webhook_endpoint.created',
    'change_webhook_endpoint': 'webhook_endpoint.changed',
    'enable_webhook_endpoint': 'webhook_endpoint.changed',
    'disable_webhook_endpoint': 'webhook_endpoint.changed',
    'rotate_webhook_secret': 'webhook_endpoint.secret_rotated',
    'delete_webhook_endpoint': 'webhook_endpoint.deleted',
    'replay_webhook_delivery': 'webhook_delivery.replayed',
}


def copy(apps, schema_editor):
    old_entries = apps.get_model('oauth', 'AuditEntry').objects.order_by('pk')
    new_entry = apps.get_model('audit', 'AuditEntry')
    applications = dict(apps.get_model('oauth', 'Application').objects.values_list('client_id', 'pk'))
    last = 0
    while batch := list(old_entries.filter(pk__gt=last)[:ENTRIES_PER_BATCH]):
        new_entry.objects.bulk_create(_copied(new_entry, old, applications.get(old.client_id)) for old in batch)
        last = batch[-1].pk


def _copied(new_entry, old, application_id):
    details = dict(old.details)
    kind, resource_id = 'applications', application_id or 0
    for name, other in (('delivery', 'webhook-deliveries'), ('endpoint', 'webhook-endpoints'),
                        ('id', 'personal-access-tokens')):
        if isinstance(details.get(name), int):
            kind, resource_id = other, details.pop(name)
            break
    if not application_id:  # it was erased; its client id is all that is left
        details['client_id'] = old.client_id
    return new_entry(
        at=old.at,
        command=old.action[:64],
        os_user=old.operator,
        action=ACTIONS.get(old.action, old.action),
        resource_type=kind,
        resource_id=resource_id,
        owner_application_id=application_id,
        # The old log has pairs only for changes of applications.
        changes=details if old.action == 'change_application' and application_id else {
            name: [None, value] for name, value in details.items()
        },
    )


class Migration(migrations.Migration):

    dependencies = [
        ('oauth', '0003_incidents'),
        ('audit', '0001_audit_trail'),
    ]

    operations = [
        migrations.RunPython(copy, migrations.RunPython.noop),
    ]
