"""Who reaches the console: its networks, and nobody while it is off."""

import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from console.models import Session
from partners.environment import BadEnvironment, read_environment
from tests.console.conftest import Person
from tests.environment import changed
from tests.partner import Partner
from tests.running_server import ROOT
from tests.test_settings_documented import NEEDED

PATHS = ["/console/", "/console/login/", "/console/oauth/application/", "/console/nothing/"]
UNKNOWN = ["/console/nothing/", "/console/listings/1/"]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


class TestNetworks:
    @pytest.mark.django_db
    @pytest.mark.parametrize("path", PATHS)
    @pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::1", "not an address"])
    def test_other_networks_find_nothing(
        self, client: Client, path: str, address: str, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(0):
            answer = client.get(path, REMOTE_ADDR=address)

        assert answer.status_code == 404
        assert answer.json()["errors"][0]["detail"] == f"{path} not found"
        assert not answer.cookies
        assert "Content-Security-Policy" not in answer.headers

    def test_a_session_from_inside_is_worth_nothing_outside(self, ada: Person) -> None:
        ada.log_in()

        assert ada.browser.get("/console/", REMOTE_ADDR="203.0.113.7").status_code == 404

    @pytest.mark.django_db
    def test_the_address_behind_the_trusted_proxies_counts(self, client: Client, settings: Settings) -> None:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, trusted_proxies=1, console_networks=("198.51.100.0/24",))

        inside = client.get("/console/login/", HTTP_X_FORWARDED_FOR="198.51.100.9")
        outside = client.get("/console/login/", HTTP_X_FORWARDED_FOR="198.51.100.9, 203.0.113.7")

        assert (inside.status_code, outside.status_code) == (200, 404)

    @pytest.mark.django_db
    @pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded"])
    def test_a_proxy_that_is_not_counted_opens_nothing(self, header: str) -> None:
        """Behind it everybody would seem to come from the proxy's own address."""
        client = Client(REMOTE_ADDR="127.0.0.1", headers={header: "127.0.0.1"})

        assert client.get("/console/login/").status_code == 404

    @pytest.mark.django_db
    def test_no_network_allows_nobody(self, client: Client, settings: Settings) -> None:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, console_networks=())

        assert client.get("/console/login/").status_code == 404


class TestUnknownAddresses:
    @pytest.mark.parametrize("path", UNKNOWN)
    def test_a_browser_gets_a_page_of_the_console(self, ada: Person, path: str) -> None:
        answer = ada.log_in().browser.get(path, headers={"accept": BROWSER})

        assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
        assert "The console has no page at this address." in answer.content.decode()
        assert "/console/oauth/application/" in answer.content.decode()  # the menu
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert "Accept" in answer["Vary"]

    @pytest.mark.django_db
    def test_without_a_login_the_page_names_nothing(self, client: Client) -> None:
        answer = client.get("/console/nothing/", headers={"accept": BROWSER})

        page = answer.content.decode()
        assert answer.status_code == 404
        assert "The console has no page at this address." in page
        assert set(re.findall(r'href="(/console/[^"]*)"', page)) == {"/console/"}
        assert "nothing" not in page

    @pytest.mark.parametrize("path", UNKNOWN)
    @pytest.mark.parametrize("accept", ["*/*", "application/json"])
    def test_others_get_json(self, ada: Person, path: str, accept: str) -> None:
        answer = ada.log_in().browser.get(path, headers={"accept": accept})

        assert answer.status_code == 404
        assert answer.json()["errors"][0]["detail"] == f"{path} not found"

    @pytest.mark.django_db
    def test_other_networks_get_no_page(self, client: Client) -> None:
        answer = client.get("/console/nothing/", headers={"accept": BROWSER}, REMOTE_ADDR="203.0.113.7")

        assert (answer.status_code, answer["Content-Type"]) == (404, "application/vnd.api+json")


class TestOff:
    def test_production_has_no_console_unless_it_is_asked_for(self) -> None:
        assert not read_environment(NEEDED).console
        assert read_environment({"PROFILE": "development"}).console

    def test_production_needs_the_networks(self) -> None:
        with pytest.raises(BadEnvironment, match="CONSOLE_NETWORKS must name the networks"):
            read_environment({**NEEDED, "CONSOLE": "on"})

    @pytest.mark.slow
    def test_the_url_and_the_libraries_are_not_there(self) -> None:
        program = (
            "import django; django.setup()\n"
            "import sys\n"
            "from django.test import Client\n"
            "assert Client().get('/healthz').status_code == 200\n"
            "assert Client().get('/console/').status_code == 404\n"
            "assert Client().get('/console/login/').status_code == 404\n"
            "print(*sorted(name for name in sys.modules if name.startswith('unfold')))"
        )
        environment = os.environ | {"CONSOLE": "off", "DJANGO_SETTINGS_MODULE": "tests.settings"}

        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )

        assert done.stdout.strip() == ""


class TestRestOfTheServer:
    def test_api_requests_have_no_session(self, ada: Person, partner: Partner) -> None:
        ada.log_in()
        before = Session.objects.count()

        answer = ada.browser.get("/api/v1/users/", headers={"authorization": "Bearer wrong"})

        assert answer.status_code == 401
        assert not hasattr(answer.wsgi_request, "session")
        assert not answer.cookies
        assert Session.objects.count() == before

    def test_the_cookies_are_sent_to_the_console_only(self, ada: Person) -> None:
        ada.log_in()

        for name in ("console_session", "console_csrf"):
            cookie: Any = ada.browser.cookies[name]
            assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/console/", True, "Strict")

    @pytest.mark.slow
    def test_the_cookies_need_tls_in_production(self) -> None:
        program = "from django.conf import settings; print(settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE)"
        environment = os.environ | NEEDED | {"PROFILE": "production", "DJANGO_SETTINGS_MODULE": "partners.settings"}

        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )

        assert done.stdout.split() == ["True", "True"]

    def test_the_model_of_the_admins_log_does_not_exist(self, ada: Person) -> None:
        """Its foreign key would cost a query whenever a customer's credential is deleted."""
        assert ada.log_in().is_logged_in()

        assert "logentry" not in apps.all_models["admin"]

    def test_there_is_no_other_way_to_log_in_with_a_password(self) -> None:
        assert settings.AUTHENTICATION_BACKENDS == ["console.backend.StaffBackend"]


class TestHeaders:
    @pytest.mark.parametrize("path", PATHS)
    def test_pages_are_not_stored_and_run_no_foreign_scripts(self, ada: Person, path: str) -> None:
        answer = ada.log_in().browser.get(path)

        policy = dict(each.strip().partition(" ")[::2] for each in answer.headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe-inline" not in policy["script-src"]
        assert "http" not in answer.headers["Content-Security-Policy"]
        assert "no-store" in answer.headers["Cache-Control"]
