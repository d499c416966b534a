import unicodedata

from django.db import migrations

ROWS_PER_BATCH = 500


def normal_form(email):
    local, at, domain = email.rpartition("@")
    return f"{_folded(local)}{at}{_domain(domain)}"


def _folded(text):
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _domain(domain):
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return _folded(domain)
    return ascii_domain.lower() if len(ascii_domain) <= 253 else _folded(domain)


def unused(key, pk, taken):
    """The key, or for a later row with the same address one that no address has.

    The old constraint told addresses apart that are one in the normal form. The oldest row keeps the address.
    """
    return f"{key} #{pk}" if taken else key


def fill_users(apps, schema_editor):
    users = apps.get_model("users", "User").objects.using(schema_editor.connection.alias)
    empty = users.filter(email_key=None, deleted_at=None).order_by("pk")
    while batch := list(empty[:ROWS_PER_BATCH]):
        keys = [normal_form(user.email) for user in batch]
        taken = set(users.filter(email_key__in=keys).values_list("application_id", "email_key"))
        for user, key in zip(batch, keys):
            user.email_key = unused(key, user.pk, (user.application_id, key) in taken)
            taken.add((user.application_id, key))
        users.bulk_update(batch, ["email_key"])


def fill_credentials(apps, schema_editor):
    credentials = apps.get_model("users", "Credential").objects.using(schema_editor.connection.alias)
    empty = credentials.filter(login=None).select_related("user").order_by("pk")
    while batch := list(empty[:ROWS_PER_BATCH]):
        logins = [
            f"{credential.user.application_id}:{normal_form(credential.email)}"
            if credential.email
            else f"#{credential.pk}"
            for credential in batch
        ]
        taken = set(credentials.filter(login__in=logins).values_list("login", flat=True))
        for credential, login in zip(batch, logins):
            credential.login = unused(login, credential.pk, login in taken)
            taken.add(login)
        credentials.bulk_update(batch, ["login"])


class Migration(migrations.Migration):

    # Each batch is committed, and a second run continues after the first.
    atomic = False

    dependencies = [
        ('users', '0002_email_keys'),
    ]

    operations = [
        migrations.RunPython(fill_users, migrations.RunPython.noop),
        migrations.RunPython(fill_credentials, migrations.RunPython.noop),
    ]
