"""No column of the database contains a secret or a token in plain text."""

import hashlib

import pytest
from django.db import connection
from django.utils import timezone

from oauth.models import AccessToken, Application
from oauth.services import create_personal_access_token, ensure_demo_application, rotate_secret
from tests.factories import CredentialFactory
from tests.oauth.token_requests import MakeClient, OAuthClient


def everything_stored() -> str:
    """The text of all columns of all rows of all tables."""
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows += cursor.fetchall()
    return repr(rows)


def test_the_scan_reads_every_table(harbour: OAuthClient) -> None:
    assert harbour.application.client_id in everything_stored()


def test_client_secrets_are_not_stored(harbour: OAuthClient) -> None:
    rotated = rotate_secret(harbour.application, now=timezone.now())

    stored = everything_stored()
    assert harbour.secret not in stored
    assert rotated not in stored


def test_access_tokens_are_not_stored(harbour: OAuthClient) -> None:
    credential = CredentialFactory(user__application=harbour.application)
    tokens = [harbour.ask().body["access_token"], harbour.ask(user_id=credential.user_id).body["access_token"]]

    stored = everything_stored()
    for token in tokens:
        assert token not in stored
        assert hashlib.sha256(token.encode()).hexdigest() in stored
    assert set(AccessToken.objects.values_list("token", flat=True)) == {""}


def test_personal_access_tokens_are_not_stored(harbour: OAuthClient) -> None:
    credential = CredentialFactory(user__application=harbour.application)
    _, plain = create_personal_access_token(
        credential=credential, name="script", scopes=["listings:read"], now=timezone.now()
    )

    stored = everything_stored()
    assert plain not in stored
    assert plain.removeprefix("bpat_") not in stored


@pytest.mark.django_db
def test_the_demo_secret_is_not_stored() -> None:
    ensure_demo_application(now=timezone.now())

    assert "demo-partner-secret" not in everything_stored()


def test_client_secrets_are_salted(make_client: MakeClient) -> None:
    make_client(), make_client()

    one, other = Application.objects.values_list("client_secret", flat=True)
    assert one.startswith("pbkdf2_sha256_random_secret$1000$")
    assert one.split("$")[2] != other.split("$")[2]


def test_no_secret_or_token_reaches_the_log(harbour: OAuthClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        token = harbour.ask().body["access_token"]
        harbour.ask(basic=True, scope="nope")
        harbour.http.get("/api/v1/listings/", headers={"authorization": f"Bearer {token}"})

    assert harbour.secret not in caplog.text
    assert token not in caplog.text
