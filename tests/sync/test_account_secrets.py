"""Encryption of channel credentials and sessions, and rotation of the keys."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import Settings

from console.management.commands.rotate_credential_keys import Command
from oauth.encryption import Undecryptable, decrypt, encrypt
from sync.models import AccountConnection
from tests.environment import changed
from tests.factories import AccountFactory
from users.models import Account

CREDENTIALS = {"client_id": "10003", "client_secret": "the-secret", "listing_ids": [1, 2]}


@pytest.fixture
def keys(settings: Settings) -> Any:
    """Return a function that sets the keys; the first one encrypts."""

    def use(*keys: bytes) -> None:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, credential_keys=tuple(key.decode() for key in keys))

    return use


def test_encrypted_credentials_can_be_decrypted_and_are_not_readable() -> None:
    encrypted = encrypt(CREDENTIALS)

    assert decrypt(encrypted) == CREDENTIALS
    assert "the-secret" not in encrypted
    assert encrypt(CREDENTIALS) != encrypted


def test_an_empty_text_decrypts_to_an_empty_object() -> None:
    assert decrypt("") == {}


@pytest.mark.parametrize("text", ["plain", "gAAAAAB", "\N{SNOWMAN}"])
def test_text_that_was_not_encrypted_here_cannot_be_decrypted(text: str) -> None:
    with pytest.raises(Undecryptable):
        decrypt(text)


def test_an_old_key_decrypts_its_texts_until_it_is_removed(keys: Any) -> None:
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
    def test_every_account_can_be_decrypted_with_the_new_key_alone(
        self, keys: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
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
        assert capsys.readouterr().out.startswith("1 accounts are encrypted with the first key.\n")

    def test_accounts_that_no_key_decrypts_are_named_and_the_others_are_rotated(self, keys: Any) -> None:
        lost, old, new = Fernet.generate_key(), Fernet.generate_key(), Fernet.generate_key()
        keys(lost)
        undecryptable = AccountFactory(connection__encrypted_channel_credentials=encrypt(CREDENTIALS))
        keys(old)
        AccountFactory(connection__encrypted_channel_credentials=encrypt(CREDENTIALS))

        keys(new, old)
        with pytest.raises(CommandError, match=f"accounts {undecryptable.pk}\\."):
            call_command("rotate_credential_keys")

        keys(new)
        decryptable = Account.objects.exclude(pk=undecryptable.pk).get()
        assert decrypt(decryptable.connection.encrypted_channel_credentials) == CREDENTIALS

    def test_an_account_that_is_disconnected_meanwhile_is_passed_over(
        self, keys: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old, new = Fernet.generate_key(), Fernet.generate_key()
        keys(old)
        leaving, staying = (
            AccountFactory(connection__encrypted_channel_credentials=encrypt(CREDENTIALS)) for _ in range(2)
        )
        keys(new, old)
        rotate = Command._rotate_account

        def disconnect_and_rotate(command: Command, account_id: int) -> None:
            AccountConnection.objects.filter(pk=leaving.pk).delete()
            rotate(command, account_id)

        monkeypatch.setattr(Command, "_rotate_account", disconnect_and_rotate)
        call_command("rotate_credential_keys")

        keys(new)
        assert decrypt(AccountConnection.objects.get(pk=staying.pk).encrypted_channel_credentials) == CREDENTIALS
