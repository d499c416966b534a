from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import Settings

from sync.secrets import Undecryptable, decrypt, encrypt
from tests.environment import changed
from tests.factories import AccountFactory
from users.models import Account

CREDENTIALS = {"client_id": "10003", "client_secret": "the-secret", "listing_ids": [1, 2]}


@pytest.fixture
def keys(settings: Settings) -> Any:
    """Sets the keys in force, the first of which encrypts."""

    def use(*keys: bytes) -> None:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, credential_keys=tuple(key.decode() for key in keys))

    return use


def test_what_is_encrypted_opens_again_and_shows_nothing() -> None:
    encrypted = encrypt(CREDENTIALS)

    assert decrypt(encrypted) == CREDENTIALS
    assert "the-secret" not in encrypted
    assert encrypt(CREDENTIALS) != encrypted


def test_nothing_is_an_empty_object() -> None:
    assert decrypt("") == {}


@pytest.mark.parametrize("text", ["plain", "gAAAAAB", "\N{SNOWMAN}"])
def test_what_is_not_ours_does_not_open(text: str) -> None:
    with pytest.raises(Undecryptable):
        decrypt(text)


def test_an_old_key_opens_what_it_closed_until_it_is_removed(keys: Any) -> None:
    old, new = Fernet.generate_key(), Fernet.generate_key()
    keys(old)
    encrypted = encrypt(CREDENTIALS)

    keys(new, old)
    assert decrypt(encrypted) == CREDENTIALS
    keys(new)
    with pytest.raises(Undecryptable):
        decrypt(encrypted)


@pytest.mark.django_db
class TestRotation:
    def test_every_account_opens_with_the_new_key_alone(self, keys: Any, capsys: pytest.CaptureFixture[str]) -> None:
        old, new = Fernet.generate_key(), Fernet.generate_key()
        keys(old)
        connected = AccountFactory(
            connection__encrypted_channel_credentials=encrypt(CREDENTIALS),
            connection__encrypted_session=encrypt({"t": 1}),
        )
        AccountFactory(connection=None)  # disconnected

        keys(new, old)
        call_command("rotate_credential_keys")

        keys(new)
        connected.refresh_from_db()
        assert decrypt(connected.connection.encrypted_channel_credentials) == CREDENTIALS
        assert decrypt(connected.connection.encrypted_session) == {"t": 1}
        assert capsys.readouterr().out == "1 accounts are encrypted with the first key.\n"

    def test_accounts_that_no_key_opens_are_named_and_the_others_rotated(self, keys: Any) -> None:
        lost, old, new = Fernet.generate_key(), Fernet.generate_key(), Fernet.generate_key()
        keys(lost)
        unopenable = AccountFactory(connection__encrypted_channel_credentials=encrypt(CREDENTIALS))
        keys(old)
        AccountFactory(connection__encrypted_channel_credentials=encrypt(CREDENTIALS))

        keys(new, old)
        with pytest.raises(CommandError, match=f"accounts {unopenable.pk}\\."):
            call_command("rotate_credential_keys")

        keys(new)
        opened = Account.objects.exclude(pk=unopenable.pk).get()
        assert decrypt(opened.connection.encrypted_channel_credentials) == CREDENTIALS
