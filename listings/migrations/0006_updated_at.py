from django.db import migrations, models


# See users/migrations/0006_updated_at.py. A listing shows its channel listings, and an account counts its listings and
# shows the failed ones, so changes of those rows change `updated_at` as well.
# SQLite drops the triggers of a table that a later migration rebuilds. Such a migration must create them again.
_SHOWN = (
    'owner_id', 'title', 'image', 'neighborhood', 'city', 'state', 'country', 'address', 'room_type', 'bedrooms',
    'bathrooms', 'base_price', 'base_price_updated_at', 'min_price', 'min_price_updated_at', 'max_price', 'min_stay',
    'extra_guest_fee', 'extra_guest_threshold', 'latitude', 'longitude', 'timezone', 'currency', 'in_active_market',
    'enabled', 'created_at', 'deleted_at',
)
_NAMES = ('listing_id', 'account_id', 'channel', 'channel_listing_id')
_FAILURE = ('failures', 'failed_at', 'failure', 'retry_at')


def _sqlite():
    now = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
    later = f"max({now}, coalesce(strftime('%Y-%m-%d %H:%M:%f000', {{old}}, '+0.001 seconds'), ''))"
    changed = ' OR '.join(f'OLD.{name} IS NOT NEW.{name}' for name in _SHOWN)
    yield f"""
CREATE TRIGGER listing_updated_at_of_added AFTER INSERT ON listings_listing WHEN NEW.updated_at IS NULL
BEGIN
    UPDATE listings_listing SET updated_at = {now} WHERE id = NEW.id;
END"""
    yield f"""
CREATE TRIGGER listing_updated_at AFTER UPDATE OF {', '.join(_SHOWN)}, updated_at ON listings_listing
WHEN {changed} OR (OLD.updated_at IS NOT NULL AND coalesce(NEW.updated_at, '') < OLD.updated_at)
BEGIN
    UPDATE listings_listing SET updated_at = CASE WHEN {changed} THEN {later.format(old='OLD.updated_at')}
        ELSE OLD.updated_at END WHERE id = NEW.id;
END"""
    touch = f"SET updated_at = {later.format(old='updated_at')} WHERE"
    accounts, listings = f'UPDATE users_account {touch} deleted_at IS NULL AND', f'UPDATE listings_listing {touch}'
    yield f"""
CREATE TRIGGER enabled_listing_updates_account AFTER UPDATE OF enabled ON listings_listing
WHEN OLD.enabled <> NEW.enabled
BEGIN
    {accounts} id IN (SELECT account_id FROM listings_channellisting WHERE listing_id = NEW.id AND removed_at IS NULL);
END"""
    for event, row in (('INSERT', 'NEW'), ('DELETE', 'OLD')):
        yield f"""
CREATE TRIGGER channel_listing_updates_after_{event.lower()} AFTER {event} ON listings_channellisting
WHEN {row}.removed_at IS NULL
BEGIN
    {listings} id = {row}.listing_id;
    {accounts} id = {row}.account_id;
END"""
    names = ' OR '.join(f'OLD.{name} <> NEW.{name}' for name in _NAMES)
    failure = ' OR '.join(f'OLD.{name} IS NOT NEW.{name}' for name in _FAILURE)
    removal = '(OLD.removed_at IS NULL) <> (NEW.removed_at IS NULL)'
    shown = '(OLD.removed_at IS NULL OR NEW.removed_at IS NULL)'
    yield f"""
CREATE TRIGGER channel_listing_updates_after_update
AFTER UPDATE OF removed_at, {', '.join(_NAMES)} ON listings_channellisting WHEN {shown} AND ({removal} OR {names})
BEGIN
    {listings} id IN (OLD.listing_id, NEW.listing_id);
    {accounts} id IN (OLD.account_id, NEW.account_id);
END"""
    yield f"""
CREATE TRIGGER failed_listing_updates_account AFTER UPDATE OF {', '.join(_FAILURE)} ON listings_channellisting
WHEN NEW.removed_at IS NULL AND (OLD.failures IS NOT NULL OR NEW.failures IS NOT NULL) AND ({failure})
BEGIN
    {accounts} id = NEW.account_id;
END"""


def _postgresql():
    later = "greatest(clock_timestamp(), {old}updated_at + interval '1 microsecond')"
    old, new = (', '.join(f'{row}.{name}' for name in _SHOWN) for row in ('OLD', 'NEW'))
    yield f"""
CREATE FUNCTION listing_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ({old}) IS DISTINCT FROM ({new}) THEN
        NEW.updated_at := {later.format(old='OLD.')};
    ELSE
        NEW.updated_at := greatest(OLD.updated_at, NEW.updated_at);
    END IF;
    RETURN NEW;
END $$"""
    yield """
CREATE TRIGGER listing_updated_at_of_added BEFORE INSERT ON listings_listing
FOR EACH ROW EXECUTE FUNCTION updated_at_of_added()"""
    yield f"""
CREATE TRIGGER listing_updated_at BEFORE UPDATE OF {', '.join(_SHOWN)}, updated_at ON listings_listing
FOR EACH ROW EXECUTE FUNCTION listing_updated_at()"""
    # One update for each statement, in the order in which every writer locks these rows.
    for table, condition in (('listings_listing', ''), ('users_account', 'AND deleted_at IS NULL ')):
        yield f"""
CREATE FUNCTION {table}_touch(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF ids IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM {table} WHERE id = ANY (ids) {condition}ORDER BY id FOR NO KEY UPDATE;
    UPDATE {table} SET updated_at = {later.format(old='')} WHERE id = ANY (ids) {condition};
END $$"""
    yield """
CREATE FUNCTION enabled_listing_updates_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM users_account_touch(array_agg(DISTINCT shown.account_id))
        FROM come JOIN gone USING (id) JOIN listings_channellisting shown ON shown.listing_id = come.id
        WHERE come.enabled <> gone.enabled AND shown.removed_at IS NULL;
    RETURN NULL;
END $$"""
    yield """
CREATE TRIGGER enabled_listing_updates_account AFTER UPDATE ON listings_listing
REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT
EXECUTE FUNCTION enabled_listing_updates_account()"""
    for event, table in (('insert', 'come'), ('delete', 'gone')):
        yield f"""
CREATE FUNCTION channel_listing_updates_after_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM listings_listing_touch(array_agg(DISTINCT listing_id)) FROM {table} WHERE removed_at IS NULL;
    PERFORM users_account_touch(array_agg(DISTINCT account_id)) FROM {table} WHERE removed_at IS NULL;
    RETURN NULL;
END $$"""
        yield f"""
CREATE TRIGGER channel_listing_updates_after_{event} AFTER {event.upper()} ON listings_channellisting
REFERENCING {'NEW' if table == 'come' else 'OLD'} TABLE AS {table} FOR EACH STATEMENT
EXECUTE FUNCTION channel_listing_updates_after_{event}()"""
    old_names, new_names = (', '.join(f'{row}.{name}' for name in _NAMES) for row in ('gone', 'come'))
    old_failure, new_failure = (', '.join(f'{row}.{name}' for name in _FAILURE) for row in ('gone', 'come'))
    moved = f"""
        (gone.removed_at IS NULL OR come.removed_at IS NULL)
        AND ((gone.removed_at IS NULL) <> (come.removed_at IS NULL) OR ({old_names}) IS DISTINCT FROM ({new_names}))"""
    yield f"""
CREATE FUNCTION channel_listing_updates_after_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM listings_listing_touch(array_agg(DISTINCT listing))
        FROM come JOIN gone USING (id) CROSS JOIN unnest(ARRAY[come.listing_id, gone.listing_id]) AS listing
        WHERE {moved};
    PERFORM users_account_touch(array_agg(DISTINCT account))
        FROM come JOIN gone USING (id) CROSS JOIN unnest(ARRAY[come.account_id, gone.account_id]) AS account
        WHERE ({moved})
            OR come.removed_at IS NULL AND (come.failures IS NOT NULL OR gone.failures IS NOT NULL)
            AND ({old_failure}) IS DISTINCT FROM ({new_failure});
    RETURN NULL;
END $$"""
    yield """
CREATE TRIGGER channel_listing_updates_after_update AFTER UPDATE ON listings_channellisting
REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT
EXECUTE FUNCTION channel_listing_updates_after_update()"""


_TRIGGERS = {
    'listing_updated_at_of_added': 'listings_listing',
    'listing_updated_at': 'listings_listing',
    'enabled_listing_updates_account': 'listings_listing',
    'channel_listing_updates_after_insert': 'listings_channellisting',
    'channel_listing_updates_after_delete': 'listings_channellisting',
    'channel_listing_updates_after_update': 'listings_channellisting',
}


def create_triggers(apps, schema_editor):
    for statement in _postgresql() if schema_editor.connection.vendor == 'postgresql' else _sqlite():
        # No parameters: the text of SQLite's triggers contains percent signs.
        schema_editor.execute(statement, params=None)


def drop_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == 'postgresql':
        for trigger, table in _TRIGGERS.items():
            schema_editor.execute(f'DROP TRIGGER {trigger} ON {table}')
        for function in (*(each for each in _TRIGGERS if each != 'listing_updated_at_of_added'),):
            schema_editor.execute(f'DROP FUNCTION {function}')
        for table in ('listings_listing', 'users_account'):
            schema_editor.execute(f'DROP FUNCTION {table}_touch')
    else:
        for trigger in (*_TRIGGERS, 'failed_listing_updates_account'):
            schema_editor.execute(f'DROP TRIGGER {trigger}')


class Migration(migrations.Migration):

    dependencies = [
        ('listings', '0005_push_errors'),
        ('users', '0006_updated_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='listing',
            name='updated_at',
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text='Time of the last change of what the API shows, except the state of syncs. Triggers write it.',
                null=True,
            ),
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
