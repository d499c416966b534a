"""Logging in takes a password and a code, and nothing less."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from audit.models import AuditEntry
from console.demo import DEMO_NAME, DEMO_PASSWORD, NotInProduction, demo_login_problem, ensure_demo_login
from console.login import ATTEMPTS_PER_NAME, REFUSED
from console.models import RecoveryCode, SecondFactor, Session, Staff
from console.second_factor import WrongCode, check_code, confirm_enrolment, reset_second_factor
from console.staff import create_staff, disable_staff
from tests.console.authenticator import code_of
from tests.console.conftest import PASSWORD, Person
from tests.environment import changed
from tests.factories import EPOCH, CredentialFactory

pytestmark = pytest.mark.django_db


class TestPassword:
    def test_pages_send_visitors_to_the_login(self, client: Client) -> None:
        answer = client.get("/console/oauth/application/")

        assert answer.status_code == 302
        assert answer.headers["Location"] == "/console/login/?next=/console/oauth/application/"

    def test_a_password_alone_opens_nothing(self, ada: Person) -> None:
        ada.enter_password()

        assert not ada.is_logged_in()

    @pytest.mark.parametrize(
        ("name", "password"), [("ada", "wrong"), ("nobody", PASSWORD), ("ada", PASSWORD.upper()), ("ada\0", PASSWORD)]
    )
    def test_all_failures_look_the_same(self, ada: Person, name: str, password: str) -> None:
        answer = ada.browser.post("/console/login/", {"username": name, "password": password})

        assert answer.status_code == 200
        if "\0" not in name:
            assert REFUSED in answer.content.decode()
        assert not ada.is_logged_in()

    def test_names_are_not_case_sensitive(self, ada: Person) -> None:
        answer = ada.browser.post("/console/login/", {"username": " ADA ", "password": PASSWORD})

        assert answer.status_code == 302

    def test_a_partners_customer_cannot_log_in(self, client: Client) -> None:
        """A credential is the user model of Django's settings, and even one with a password is no staff."""
        customer = CredentialFactory(password=make_password(PASSWORD))

        for name in (customer.login, customer.email):
            answer = client.post("/console/login/", {"username": name, "password": PASSWORD})
            assert REFUSED in answer.content.decode()

    def test_a_session_that_names_a_customer_is_none(self, ada: Person) -> None:
        """Ids of customers and of staff are numbers of the same kind."""
        ada.log_in()
        customer = CredentialFactory(pk=ada.staff.pk + 1000)
        session = ada.browser.session
        session["_auth_user_id"] = str(customer.pk)
        session.save()

        assert not ada.is_logged_in()

    def test_many_attempts_for_a_name_are_refused_even_with_the_right_password(self, ada: Person) -> None:
        for _ in range(ATTEMPTS_PER_NAME):
            ada.enter_password("wrong")

        assert ada.enter_password(REMOTE_ADDR="127.0.0.9").status_code == 200

    def test_many_attempts_from_an_address_are_refused(self, ada: Person) -> None:
        for n in range(20):
            ada.browser.post("/console/login/", {"username": f"guess{n}", "password": "x"})

        assert ada.enter_password().status_code == 200
        assert ada.enter_password(REMOTE_ADDR="127.0.0.9").status_code == 302

    @pytest.mark.parametrize(
        "target",
        ["https://evil.example/console/", "//evil.example/console/", "/o/token/", "console/"],
    )
    def test_the_login_leads_to_no_other_site(self, ada: Person, target: str) -> None:
        ada.browser.post(f"/console/login/?{urlencode({'next': target})}", {"username": "ada", "password": PASSWORD})

        assert ada.enter_code().headers["Location"] == "/console/"

    def test_the_login_leads_to_the_page_that_was_asked_for(self, ada: Person) -> None:
        target = "/console/oauth/application/?state=enabled"
        ada.browser.post(f"/console/login/?{urlencode({'next': target})}", {"username": "ada", "password": PASSWORD})

        assert ada.enter_code().headers["Location"] == target

    def test_the_form_needs_the_token(self, ada: Person) -> None:
        browser = Client(enforce_csrf_checks=True)

        answer = browser.post("/console/login/", {"username": "ada", "password": PASSWORD})

        assert answer.status_code == 403


class TestSecondFactor:
    def test_a_right_code_logs_in(self, ada: Person) -> None:
        ada.log_in()

        assert ada.is_logged_in()
        assert AuditEntry.objects.get(action="staff.logged_in").staff == "ada"

    def test_a_code_is_accepted_once(self, ada: Person) -> None:
        code = ada.next_code()
        ada.enter_password()
        ada.enter_code(code)
        thief = Person(ada.staff)
        thief.enter_password()

        answer = thief.enter_code(code)

        assert answer.status_code == 200
        assert not thief.is_logged_in()

    @pytest.mark.parametrize("code", ["000000x", "\u0660" * 6, "-12345", "1e5   ", "' OR 1=1", "0" * 40])
    def test_nonsense_is_a_wrong_code(self, ada: Person, code: str) -> None:
        ada.enter_password()

        assert ada.enter_code(code).status_code == 200
        assert not ada.is_logged_in()

    def test_the_password_is_forgotten_after_ten_minutes(self, ada: Person) -> None:
        ada.enter_password()
        session = ada.browser.session
        session["pending_login"] = session["pending_login"] | {
            "at": (timezone.now() - timedelta(minutes=11)).isoformat()
        }
        session.save()

        ada.enter_code()

        assert not ada.is_logged_in()

    def test_a_code_without_a_password_is_not_looked_at(self, ada: Person) -> None:
        assert ada.enter_code().headers["Location"] == "/console/login/"
        assert SecondFactor.objects.get().failures == 0

    def test_after_wrong_codes_even_a_right_one_has_to_wait(self, ada: Person) -> None:
        for _ in range(3):
            with pytest.raises(WrongCode):
                check_code(ada.staff, "000000x", now=EPOCH + timedelta(hours=1))
        moment = EPOCH + timedelta(hours=1, seconds=1)

        with pytest.raises(WrongCode):
            check_code(ada.staff, code_of(ada.staff, moment), now=moment)
        later = moment + timedelta(seconds=60)
        check_code(ada.staff, code_of(ada.staff, later), now=later)

        assert SecondFactor.objects.get().failures == 0

    def test_the_wait_grows_to_an_hour(self, ada: Person) -> None:
        SecondFactor.objects.update(failures=40, failed_at=EPOCH)

        for minutes, accepted in ((59, False), (61, True)):
            moment = EPOCH + timedelta(minutes=minutes)
            if accepted:
                check_code(ada.staff, code_of(ada.staff, moment), now=moment)
            else:
                with pytest.raises(WrongCode):
                    check_code(ada.staff, code_of(ada.staff, moment), now=moment)

    def test_the_session_has_another_key_after_the_login(self, ada: Person) -> None:
        """So that a session that somebody else has planted in the browser is not logged in."""
        ada.enter_password()
        before = ada.browser.cookies["console_session"].value
        ada.enter_code()

        assert ada.browser.cookies["console_session"].value != before
        assert not Session.objects.filter(pk=before).exists()

    def test_nothing_of_it_is_stored_in_clear(self, ada: Person) -> None:
        assert "totp" not in SecondFactor.objects.get().encrypted_secret
        assert all(len(code.checksum) == 64 for code in RecoveryCode.objects.all())
        assert RecoveryCode.objects.count() == 10


class TestEnrolment:
    @pytest.fixture
    def newcomer(self) -> Person:
        return Person(create_staff(name="new", role="operator", password=PASSWORD, now=EPOCH)[0])

    def test_the_first_login_shows_a_picture_and_ends_with_ten_codes(self, newcomer: Person) -> None:
        assert newcomer.enter_password().headers["Location"] == "/console/login/enrolment/"
        page = newcomer.browser.get("/console/login/enrolment/").content.decode()
        assert "<svg" in page
        assert not newcomer.is_logged_in()

        done = newcomer.browser.post("/console/login/enrolment/", {"code": code_of(newcomer.staff, timezone.now())})

        assert len(done.context["codes"]) == len(set(done.context["codes"])) == 10
        assert newcomer.is_logged_in()
        assert newcomer.browser.get("/console/login/enrolment/").status_code == 302

    def test_a_wrong_code_confirms_nothing(self, newcomer: Person) -> None:
        newcomer.enter_password()
        newcomer.browser.get("/console/login/enrolment/")

        newcomer.browser.post("/console/login/enrolment/", {"code": "12345"})

        assert SecondFactor.objects.get().confirmed_at is None
        assert not newcomer.is_logged_in()

    def test_the_secret_of_an_enrolled_person_is_not_shown(self, ada: Person) -> None:
        ada.enter_password()

        assert ada.browser.get("/console/login/enrolment/").headers["Location"] == "/console/login/"

    def test_a_recovery_code_replaces_the_app_once(self, newcomer: Person) -> None:
        newcomer.enter_password()
        newcomer.browser.get("/console/login/enrolment/")
        codes = confirm_enrolment(newcomer.staff, code_of(newcomer.staff, EPOCH), now=EPOCH)

        for expected in (302, 200):
            person = Person(newcomer.staff)
            person.enter_password()
            assert person.enter_code(codes[0].upper().replace("-", " ")).status_code == expected

    def test_after_a_reset_the_next_login_sets_up_a_new_one(self, ada: Person) -> None:
        assert reset_second_factor(ada.staff, now=EPOCH)

        assert ada.enter_password().headers["Location"] == "/console/login/enrolment/"


class TestSession:
    def test_it_ends_eight_hours_after_the_last_request(self, ada: Person) -> None:
        ada.log_in()

        assert ada.browser.get("/console/").cookies["console_session"]["max-age"] == 8 * 60 * 60
        Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
        assert not ada.is_logged_in()

    def test_it_ends_when_the_staff_member_is_disabled(self, ada: Person) -> None:
        ada.log_in()

        disable_staff(ada.staff, now=EPOCH)

        assert not ada.is_logged_in()
        assert ada.enter_password().status_code == 200

    def test_logging_out_needs_a_post_and_ends_it(self, ada: Person) -> None:
        ada.log_in()

        assert ada.browser.get("/console/logout/").status_code == 405
        assert ada.is_logged_in()
        ada.browser.post("/console/logout/")
        assert not ada.is_logged_in()

    def test_a_new_password_ends_the_others(self, ada: Person) -> None:
        elsewhere = Person(ada.staff).log_in()
        ada.log_in()
        new = "a new long password"

        answer = ada.browser.post("/console/password_change/", {"old": PASSWORD, "new": new, "repeated": new})

        assert answer.status_code == 302
        assert ada.is_logged_in()
        assert not elsewhere.is_logged_in()
        assert AuditEntry.objects.get(action="staff.password_changed").staff == "ada"

    @pytest.mark.parametrize(
        ("old", "new", "repeated"),
        [
            ("wrong", "a new long password", "a new long password"),
            (PASSWORD, "short", "short"),
            (PASSWORD, "a" * 12, "b" * 12),
        ],
    )
    def test_a_bad_new_password_changes_nothing(self, ada: Person, old: str, new: str, repeated: str) -> None:
        ada.log_in()

        answer = ada.browser.post("/console/password_change/", {"old": old, "new": new, "repeated": repeated})

        assert answer.status_code == 200
        assert Staff.objects.get().check_password(PASSWORD)


class TestDemoLogin:
    def test_it_needs_no_code_in_development(self, client: Client) -> None:
        ensure_demo_login(now=EPOCH)

        answer = client.post("/console/login/", {"username": DEMO_NAME, "password": DEMO_PASSWORD})

        assert answer.headers["Location"] == "/console/"
        assert client.get("/console/").status_code == 200

    def test_production_neither_makes_nor_accepts_it_and_does_not_start(
        self, client: Client, settings: Settings
    ) -> None:
        ensure_demo_login(now=EPOCH)
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, profile="production")

        answer = client.post("/console/login/", {"username": DEMO_NAME, "password": DEMO_PASSWORD})

        assert REFUSED in answer.content.decode()
        with pytest.raises(NotInProduction):
            ensure_demo_login(now=EPOCH)
        assert "disable_staff operator" in str(demo_login_problem())
        disable_staff(Staff.objects.get(), now=EPOCH)
        assert demo_login_problem() is None

    def test_somebody_of_that_name_with_another_password_is_like_everybody(self, settings: Settings) -> None:
        person = Person(create_staff(name=DEMO_NAME, role="operator", password=PASSWORD, now=EPOCH)[0])

        assert person.enter_password().headers["Location"] == "/console/login/enrolment/"
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, profile="production")
        assert demo_login_problem() is None
