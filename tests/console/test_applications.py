"""The page of applications: what operators can do there, and who cannot."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import AuditEntry
from oauth.models import Application
from oauth.services import create_application, rotate_secret
from tests.console.conftest import Person
from tests.factories import ApplicationFactory, UserFactory

LIST = "/console/oauth/application/"
SETTINGS = {"name": "Harbour", "enabled_scopes": ["listings:read"], "ip_allowlist": "", "rate_limit_per_minute": ""}


@pytest.fixture
def harbour(db: None) -> Application:
    return create_application(name="Harbour", now=timezone.now())[0]


def run(person: Person, application: Application, operation: str, **form: Any) -> Any:
    return person.browser.post(f"{LIST}{application.pk}/do/{operation}/", form)


def test_the_list_shows_state_and_users(ada: Person, harbour: Application) -> None:
    UserFactory(application=harbour)
    UserFactory(application=harbour, deleted_at=timezone.now())

    page = ada.log_in().browser.get(LIST)

    (shown,) = page.context["cl"].result_list
    assert (shown.name, shown.live_users) == ("Harbour", 1)
    assert harbour.client_id in page.content.decode()


def test_many_applications_take_no_more_queries(ada: Person, harbour: Application) -> None:
    ada.log_in()
    with CaptureQueriesContext(connection) as for_one:
        ada.browser.get(LIST)
    for application in [harbour, *(ApplicationFactory() for _ in range(9))]:
        UserFactory(application=application)

    with CaptureQueriesContext(connection) as for_ten:
        ada.browser.get(LIST)

    assert len(for_ten) == len(for_one)


def test_creating_one_shows_its_secret_once(ada: Person) -> None:
    ada.log_in()

    page = ada.browser.post(f"{LIST}create/", {**SETTINGS, "mode": "partner", "ip_allowlist": "192.0.2.7\n10.0.0.0/8"})

    created = Application.objects.get()
    (secret,) = re.findall(r"select-all[^>]*>([\w-]{60,})<", page.content.decode())
    assert check_password(secret, created.client_secret)
    assert created.ip_allowlist == ["192.0.2.7/32", "10.0.0.0/8"]
    assert created.enabled_scopes == ["listings:read"]
    for path in (LIST, f"{LIST}{created.pk}/change/"):
        assert secret not in ada.browser.get(path).content.decode()


def test_a_rule_of_the_service_is_shown_at_the_form(ada: Person) -> None:
    ada.log_in()

    page = ada.browser.post(f"{LIST}create/", {**SETTINGS, "mode": "partner", "ip_allowlist": "nowhere"})

    assert "Not an IP address or CIDR" in page.content.decode()
    assert not Application.objects.exists()


def test_settings_are_changed_and_audited(ada: Person, harbour: Application) -> None:
    ada.log_in()

    answer = run(ada, harbour, "change", **{**SETTINGS, "rate_limit_per_minute": "90"})

    assert answer.headers["Location"] == f"{LIST}{harbour.pk}/change/"
    harbour.refresh_from_db()
    assert (harbour.rate_limit_per_minute, harbour.enabled_scopes) == (90, ["listings:read"])
    entry = AuditEntry.objects.get(action="application.changed")
    assert (entry.staff, entry.address, entry.changes["rate_limit_per_minute"]) == ("ada", "127.0.0.1", [None, 90])


@pytest.mark.parametrize(("choice", "overlap"), [("", None), ("24", timedelta(hours=24)), ("forever", timedelta.max)])
def test_the_secret_is_rotated_with_an_overlap(
    ada: Person, harbour: Application, choice: str, overlap: timedelta | None
) -> None:
    ada.log_in()
    old = harbour.client_secret

    page = run(ada, harbour, "rotate-secret", old_secret=choice)

    assert page.status_code == 200
    harbour.refresh_from_db()
    assert harbour.client_secret != old
    assert harbour.previous_client_secret == ("" if overlap is None else old)
    ends_at = harbour.previous_secret_ends_at
    if overlap == timedelta(hours=24):
        assert ends_at is not None
        assert abs(ends_at - timezone.now() - overlap) < timedelta(minutes=1)
    else:
        assert ends_at is None


def test_the_old_secret_is_ended(ada: Person, harbour: Application) -> None:
    rotate_secret(harbour, keep_old=True, now=timezone.now())
    ada.log_in()

    run(ada, harbour, "end-old-secret")

    harbour.refresh_from_db()
    assert harbour.previous_client_secret == ""


def test_it_is_suspended_and_enabled(ada: Person, harbour: Application) -> None:
    ada.log_in()

    run(ada, harbour, "disable")
    harbour.refresh_from_db()
    assert harbour.disabled_at is not None
    run(ada, harbour, "enable")
    harbour.refresh_from_db()
    assert harbour.disabled_at is None

    assert list(AuditEntry.objects.order_by("pk").values_list("action", "staff"))[-2:] == [
        ("application.disabled", "ada"),
        ("application.enabled", "ada"),
    ]


def test_several_are_suspended_from_the_list(ada: Person, harbour: Application) -> None:
    other = ApplicationFactory()
    ada.log_in()

    ada.browser.post(LIST, {"action": "disable", "_selected_action": [harbour.pk, other.pk]})

    assert Application.objects.filter(disabled_at=None).count() == 0


class TestWhoMay:
    OPERATIONS = ("change", "rotate-secret", "end-old-secret", "revoke-tokens", "disable", "enable")

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_viewers_read_and_run_nothing(self, vera: Person, harbour: Application, operation: str) -> None:
        vera.log_in()
        before = Application.objects.values().get()

        page = vera.browser.get(f"{LIST}{harbour.pk}/change/")

        assert page.status_code == 200
        assert "/do/" not in page.content.decode()
        assert run(vera, harbour, operation, **SETTINGS).status_code == 403
        assert vera.browser.post(LIST, {"action": operation, "_selected_action": [harbour.pk]}).status_code in (
            200,
            302,
        )
        assert vera.browser.post(f"{LIST}create/", {**SETTINGS, "mode": "partner"}).status_code == 403
        assert Application.objects.values().get() == before

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_visitors_run_nothing(self, client: Client, harbour: Application, operation: str) -> None:
        answer = client.post(f"{LIST}{harbour.pk}/do/{operation}/", SETTINGS)

        assert answer.headers["Location"].startswith("/console/login/")
        assert not AuditEntry.objects.filter(staff="ada").exists()

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_a_request_without_the_token_of_the_form_is_refused(
        self, ada: Person, harbour: Application, operation: str
    ) -> None:
        ada.log_in()
        browser = Client(enforce_csrf_checks=True)
        browser.cookies = ada.browser.cookies

        assert browser.get(LIST).status_code == 200
        assert browser.post(f"{LIST}{harbour.pk}/do/{operation}/", SETTINGS).status_code == 403

    def test_links_change_nothing(self, ada: Person, harbour: Application) -> None:
        ada.log_in()
        before = Application.objects.values().get()

        for operation in self.OPERATIONS:
            assert ada.browser.get(f"{LIST}{harbour.pk}/do/{operation}/").status_code == 200

        assert Application.objects.values().get() == before

    @pytest.mark.parametrize("path", ["add/", "{pk}/delete/", "{pk}/change/"])
    def test_nothing_is_written_around_the_services(self, ada: Person, harbour: Application, path: str) -> None:
        ada.log_in()

        answer = ada.browser.post(LIST + path.format(pk=harbour.pk), {"name": "Changed", "post": "yes"})

        assert answer.status_code == 403
        assert Application.objects.get().name == "Harbour"
