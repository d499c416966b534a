"""The commands about staff."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from pytest_django import Settings

from audit.models import AuditEntry
from console.demo import ensure_demo_login
from console.models import SecondFactor, Staff
from oauth.checks import reason_not_to_start
from oauth.encryption import decrypt
from tests.console.conftest import Person
from tests.environment import changed
from tests.factories import EPOCH

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_a_new_login_has_a_random_password_that_is_printed_once() -> None:
    printed = dict(line.split() for line in run("create_staff", "Grace", "--role", "viewer").splitlines())

    staff = Staff.objects.get(name="grace")
    assert staff.check_password(printed["password"])
    assert (staff.role, staff.may_operate) == ("viewer", False)
    assert printed["password"] not in run("list_staff") + json.dumps(list(AuditEntry.objects.values("changes")))
    assert AuditEntry.objects.get().command == "create_staff"


@pytest.mark.parametrize("name", ["", " ", "-x", "a" * 151, "ada lovelace", "a\nda", "ädä", "<b>"])
def test_a_bad_name_is_refused(name: str) -> None:
    with pytest.raises(CommandError):
        run("create_staff", "--", name)
    assert not Staff.objects.exists()


def test_a_name_is_given_once(ada: Person) -> None:
    with pytest.raises(CommandError, match="already a staff member ada"):
        run("create_staff", "ADA")


@pytest.mark.parametrize(
    ("typed", "problem"), [(["short", "short"], "12 characters"), (["a" * 12, "b" * 12], "differ")]
)
def test_a_typed_password_is_checked(typed: list[str], problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(typed)
    monkeypatch.setattr("console.management.commands.create_staff.getpass", lambda prompt: next(answers))

    with pytest.raises(CommandError, match=problem):
        run("create_staff", "grace", "--ask-password")


def test_the_list_tells_role_state_and_second_factor(ada: Person) -> None:
    run("create_staff", "grace")
    run("disable_staff", "grace")

    listed: Any = json.loads(run("list_staff", "--json"))

    assert [(each["name"], each["is_active"], each["has_second_factor"]) for each in listed] == [
        ("ada", True, True),
        ("grace", False, False),
    ]
    assert "grace  operator, disabled" in run("list_staff")


def test_disabling_and_resetting_can_be_repeated(ada: Person) -> None:
    assert run("disable_staff", "ada") == "ada is now disabled.\n"
    assert run("disable_staff", "ada") == "ada is already disabled.\n"
    assert run("reset_second_factor", "ada") == "ada sets up a second factor at the next login.\n"
    assert not SecondFactor.objects.exists()
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions)[-2:] == ["staff.disabled", "staff.second_factor_reset"]


@pytest.mark.parametrize("command", ["disable_staff", "reset_second_factor"])
def test_an_unknown_name_is_one_line(command: str) -> None:
    with pytest.raises(CommandError, match="There is no staff member nobody"):
        run(command, "nobody")


def test_second_factors_are_encrypted_again_when_keys_are_rotated(ada: Person, settings: Settings) -> None:
    before = SecondFactor.objects.get().encrypted_secret

    shown = run("rotate_credential_keys")

    after = SecondFactor.objects.get().encrypted_secret
    assert "1 second factors are encrypted with the first key." in shown
    assert after != before
    assert decrypt(after) == decrypt(before)


def test_production_does_not_start_with_the_demo_login(settings: Settings) -> None:
    ensure_demo_login(now=EPOCH)
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, profile="production")

    assert "disable_staff operator" in str(reason_not_to_start())
    with pytest.raises(SystemCheckError, match=r"console\.E001"):
        call_command("check", databases=["default"])
    run("disable_staff", "operator")
    assert reason_not_to_start() is None
