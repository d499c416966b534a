from django.db import migrations, models


# `updated_at` is the time of the last change of what the API shows of a row (docs/decisions.md). Triggers keep it, so
# that no statement can forget it. It only grows, and each change gives a row another value. SQLite drops the triggers of
# a table that a later migration rebuilds. Such a migration must create them again.
_SHOWN = {
    'users_user': ('first_name', 'last_name', 'email', 'locale', 'created_at', 'deleted_at'),
    'users_account': (
        'user_id', 'channel', 'channel_account_id', 'channel_display_id', 'label', 'email', 'valid', 'deleted_at',
    ),
}

_ACTIVE = '{row}.valid AND {row}.deleted_at IS NULL'
_OTHERS = 'SELECT 1 FROM users_account other WHERE other.user_id = {row}.user_id AND other.id <> {row}.id'
_OTHER_ACTIVE = f'EXISTS ({_OTHERS} AND {_ACTIVE.format(row="other")})'
# When an account that comes, goes or changes changes the status of its user (users/selectors.py).
_COMES_OR_GOES = f'NOT {_OTHER_ACTIVE} AND (({_ACTIVE}) OR NOT EXISTS ({_OTHERS}))'
_CHANGES = (
    f'NOT {_OTHER_ACTIVE.format(row="NEW")} '
    f'AND ({_ACTIVE.format(row="OLD")}) <> ({_ACTIVE.format(row="NEW")})'
)


def _sqlite():
    now = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
    later = f"max({now}, coalesce(strftime('%Y-%m-%d %H:%M:%f000', {{old}}, '+0.001 seconds'), ''))"
    for table, shown in _SHOWN.items():
        changed = ' OR '.join(f'OLD.{name} IS NOT NEW.{name}' for name in shown)
        yield f"""
CREATE TRIGGER {table}_updated_at_of_added AFTER INSERT ON {table} WHEN NEW.updated_at IS NULL
BEGIN
    UPDATE {table} SET updated_at = {now} WHERE id = NEW.id;
END"""
        yield f"""
CREATE TRIGGER {table}_updated_at AFTER UPDATE OF {', '.join(shown)}, updated_at ON {table}
WHEN {changed} OR (OLD.updated_at IS NOT NULL AND coalesce(NEW.updated_at, '') < OLD.updated_at)
BEGIN
    UPDATE {table} SET updated_at = CASE WHEN {changed} THEN {later.format(old='OLD.updated_at')}
        ELSE OLD.updated_at END WHERE id = NEW.id;
END"""
    touch = f"UPDATE users_user SET updated_at = {later.format(old='updated_at')} WHERE id ="
    for event, row in (('INSERT', 'NEW'), ('DELETE', 'OLD')):
        yield f"""
CREATE TRIGGER user_status_after_{event.lower()} AFTER {event} ON users_account WHEN {_COMES_OR_GOES.format(row=row)}
BEGIN
    {touch} {row}.user_id;
END"""
    yield f"""
CREATE TRIGGER user_status_after_update AFTER UPDATE OF valid, deleted_at ON users_account WHEN {_CHANGES}
BEGIN
    {touch} NEW.user_id;
END"""


def _postgresql():
    later = "greatest(clock_timestamp(), {old}updated_at + interval '1 microsecond')"
    yield """
CREATE FUNCTION updated_at_of_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := coalesce(NEW.updated_at, clock_timestamp());
    RETURN NEW;
END $$"""
    for table, shown in _SHOWN.items():
        old, new = (', '.join(f'{row}.{name}' for name in shown) for row in ('OLD', 'NEW'))
        yield f"""
CREATE FUNCTION {table}_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ({old}) IS DISTINCT FROM ({new}) THEN
        NEW.updated_at := {later.format(old='OLD.')};
    ELSE
        NEW.updated_at := greatest(OLD.updated_at, NEW.updated_at);
    END IF;
    RETURN NEW;
END $$"""
        yield f"""
CREATE TRIGGER {table}_updated_at_of_added BEFORE INSERT ON {table}
FOR EACH ROW EXECUTE FUNCTION updated_at_of_added()"""
        yield f"""
CREATE TRIGGER {table}_updated_at BEFORE UPDATE OF {', '.join(shown)}, updated_at ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_updated_at()"""
    touch = f"UPDATE users_user SET updated_at = {later.format(old='')} WHERE id ="
    yield f"""
CREATE FUNCTION user_status_after_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF {_COMES_OR_GOES.format(row='OLD')} THEN
            {touch} OLD.user_id;
        END IF;
    ELSIF TG_OP = 'INSERT' THEN
        IF {_COMES_OR_GOES.format(row='NEW')} THEN
            {touch} NEW.user_id;
        END IF;
    ELSIF {_CHANGES} THEN
        {touch} NEW.user_id;
    END IF;
    RETURN NULL;
END $$"""
    for event in ('INSERT', 'DELETE', 'UPDATE OF valid, deleted_at'):
        yield f"""
CREATE TRIGGER user_status_after_{event.split()[0].lower()} AFTER {event} ON users_account
FOR EACH ROW EXECUTE FUNCTION user_status_after_change()"""


def create_triggers(apps, schema_editor):
    for statement in _postgresql() if schema_editor.connection.vendor == 'postgresql' else _sqlite():
        # No parameters: the text of SQLite's triggers contains percent signs.
        schema_editor.execute(statement, params=None)


def drop_triggers(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == 'postgresql'
    triggers = [(f'{table}_updated_at{suffix}', table) for table in _SHOWN for suffix in ('', '_of_added')]
    triggers += [(f'user_status_after_{event}', 'users_account') for event in ('insert', 'delete', 'update')]
    for trigger, table in triggers:
        schema_editor.execute(f'DROP TRIGGER {trigger}' + (f' ON {table}' if is_postgresql else ''))
    if is_postgresql:
        for function in (*(f'{table}_updated_at' for table in _SHOWN), 'user_status_after_change', 'updated_at_of_added'):
            schema_editor.execute(f'DROP FUNCTION {function}')


_HELP = 'Time of the last change of what the API shows, except the state of syncs. Triggers write it.'


class Migration(migrations.Migration):

    dependencies = [
        ('users', '0005_index_departed_users'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='updated_at',
            field=models.DateTimeField(blank=True, editable=False, help_text=_HELP, null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='updated_at',
            field=models.DateTimeField(blank=True, editable=False, help_text=_HELP, null=True),
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
