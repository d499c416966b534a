"""No page shows a secret: they are planted in every column that holds one, and searched for on all pages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models

from console.models import RecoveryCode, SecondFactor, Session, Staff
from console.urls import site
from oauth.encryption import encrypt
from oauth.models import AccessToken, Application, PersonalAccessToken
from sync.models import AccountConnection
from tests.console.conftest import PASSWORD, Person
from tests.factories import EPOCH, AccountFactory, ApplicationFactory, ChannelListingFactory
from webhooks.models import WebhookEndpoint

PLANTED = "planted-secret-7f3a"
HASHED = "planted-hash-91bc"
SECRET_COLUMNS = {
    Application: {"client_secret", "previous_client_secret"},
    AccountConnection: {"encrypted_channel_credentials", "encrypted_session"},
    WebhookEndpoint: {"encrypted_secrets"},
    AccessToken: {"token", "token_checksum"},
    PersonalAccessToken: {"token_checksum"},
    Staff: {"password"},
    SecondFactor: {"encrypted_secret"},
    RecoveryCode: {"checksum"},
    Session: {"session_key", "session_data"},
}


@pytest.fixture
def full_house(ada: Person) -> Person:
    """An operator who is logged in to a server with a secret in each column that can hold one."""
    application = ApplicationFactory(previous_client_secret=HASHED)
    Application.objects.update(client_secret=HASHED)
    shown = ChannelListingFactory(listing__owner__application=application)
    AccountFactory(user=shown.listing.owner)
    AccountConnection.objects.update(
        encrypted_channel_credentials=encrypt({"client_secret": PLANTED}), encrypted_session=encrypt({"token": PLANTED})
    )
    WebhookEndpoint.objects.create(
        application=application, url="https://receiver.example/", encrypted_secrets=encrypt({"secret": PLANTED}),
        created_at=EPOCH, updated_at=EPOCH,
    )  # fmt: skip
    return ada.log_in()


def links(page: str) -> set[str]:
    """Addresses of the console on a page, without its queries and without logging out."""
    return {link.partition("?")[0] for link in re.findall(r'href="(/console/[^"#]*)', page)} - {"/console/logout/"}


def crawl(person: Person) -> Iterator[tuple[str, str]]:
    """Every page that links lead to, with its HTML."""
    waiting, seen = ["/console/"], {"/console/"}
    while waiting:
        address = waiting.pop()
        answer: Any = person.browser.get(address)
        assert answer.status_code in (200, 302), address
        page = answer.content.decode()
        yield address, page
        found = links(page) - seen
        seen |= found
        waiting += sorted(found)


def test_no_page_shows_a_planted_secret(full_house: Person) -> None:
    stored = [PLANTED, HASHED, PASSWORD, SecondFactor.objects.get().encrypted_secret, Staff.objects.get().password]
    stored += RecoveryCode.objects.values_list("checksum", flat=True)
    stored += Session.objects.values_list("session_key", flat=True)
    for connection in AccountConnection.objects.all():
        stored += [connection.encrypted_channel_credentials, connection.encrypted_session]

    addresses = set()
    for address, page in crawl(full_house):
        addresses.add(address)
        assert not [secret for secret in stored if secret in page], address

    assert len(addresses) > 15
    assert {"/console/oauth/application/", "/console/audit/auditentry/", "/console/password_change/"} <= addresses


@pytest.mark.parametrize("admin", site._registry.values(), ids=lambda admin: admin.model.__name__)
def test_no_list_or_page_names_a_secret_column(admin: Any) -> None:
    """A page without `fields` would show all columns."""
    secret = SECRET_COLUMNS.get(admin.model, set())
    shown = {*admin.list_display, *(admin.fields or ()), *admin.search_fields, *admin.list_filter}
    shown |= {field for _, options in admin.fieldsets or () for field in options["fields"]}

    assert admin.fields or admin.fieldsets
    assert not secret & {str(each).lstrip("=^@") for each in shown}


def test_every_column_with_a_secret_is_known() -> None:
    """A new column whose name says that it holds a secret must be named above."""
    suspicious = re.compile(r"secret|password|token$|token_checksum|encrypted|session_(key|data)")
    for model in (*SECRET_COLUMNS, *(admin.model for admin in site._registry.values())):
        columns = {
            field.name
            for field in model._meta.concrete_fields
            if suspicious.search(field.name) and isinstance(field, models.CharField | models.TextField)
        }
        assert columns <= SECRET_COLUMNS.get(model, set()), model
