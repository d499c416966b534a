"""`manage.py audit`, and its page."""

import json
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.actions import Action
from audit.actor import acting_as, note_caller
from audit.services import Resource, record
from oauth.models import Application
from tests.documented import DOCS
from tests.factories import EPOCH, ApplicationFactory

pytestmark = pytest.mark.django_db

PAGE = (DOCS / "audit.md").read_text()


@pytest.fixture
def harbour() -> Application:
    return ApplicationFactory(client_id="harbour")


@pytest.fixture
def history(harbour: Application) -> None:
    """A listing of user 5 is activated with a token, and deactivated an hour later in the console."""
    listing = Resource("listings", 12, harbour.pk, 5)
    with acting_as():
        note_caller(harbour.pk, None, token=b"a-secret-token-a4F2", address="192.0.2.7")
        record(Action.LISTING_ACTIVATED, listing, {"enabled": [False, True], "base_price": [120, 135]}, now=EPOCH)
    with acting_as(staff="ada"):
        later = EPOCH + timedelta(hours=1)
        record(Action.LISTING_DEACTIVATED, listing, {"enabled": [True, False]}, now=later)
    record(Action.ACCOUNT_PAUSED, Resource("accounts", 3, ApplicationFactory().pk, 6), now=EPOCH)


def run(*words: str) -> str:
    out = StringIO()
    call_command("audit", *words, stdout=out)
    return out.getvalue()


def actions(*words: str) -> list[str]:
    return [json.loads(line)["action"] for line in run("--json", *words).splitlines()]


def test_a_terminal_shows_a_line_for_each_entry_and_for_each_value_that_changed(history: None) -> None:
    shown = run("--resource", "listings/12").splitlines()

    assert [line.split("  ")[0] for line in shown if not line.startswith(" ")] == [
        "2030-01-01 01:00:00", "2030-01-01 00:00:00"
    ]  # fmt: skip
    assert shown[0].endswith("staff ada")
    assert shown[1] == "    enabled: true → false"
    assert shown[2].endswith("harbour, token …a4F2  from 192.0.2.7")
    assert shown[3:] == ["    enabled: false → true", "    base_price: 120 → 135"]


def test_programs_get_one_object_a_line(history: None, harbour: Application) -> None:
    oldest = json.loads(run("--json", "--resource", "listings/12").splitlines()[-1])

    assert oldest["at"] == EPOCH.isoformat()
    assert (oldest["action"], oldest["resource"]) == ("listing.activated", "listings/12")
    assert oldest["owner"] == {"application": "harbour", "application_id": harbour.pk, "user_id": 5}
    assert {name: value for name, value in oldest["by"].items() if value is not None} == {
        "application": "harbour", "application_id": harbour.pk, "token_end": "a4F2"
    }  # fmt: skip
    assert oldest["changes"] == {"enabled": [False, True], "base_price": [120, 135]}


def test_filters(history: None) -> None:
    assert actions("--application", "harbour") == ["listing.deactivated", "listing.activated"]
    assert actions("--user", "6") == ["account.paused"]
    assert actions("--action", "account") == ["account.paused"]
    assert actions("--action", "listing.activated") == ["listing.activated"]
    assert actions("--since", "2030-01-01T00:30:00") == ["listing.deactivated"]
    assert actions("--since", "2030-01-01T02:00:00+02:00", "--until", "2030-01-01T00:30:00Z", "--user", "5") == [
        "listing.activated"
    ]
    assert actions("--since", "2030-01-02") == []
    assert actions("--limit", "1") == ["listing.deactivated"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--since", "yesterday"], "'yesterday' is not a date"),
        (["--resource", "listings"], "'listings' is not TYPE/ID"),
        (["--resource", "listings/99999999999999999999"], "is not TYPE/ID"),
        (["--limit", "0"], "'0' is not a whole number above 0"),
        (["--application", "nobody"], "There is no application nobody"),
    ],
)
def test_errors_name_what_is_wrong(words: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        run(*words)


def test_many_entries_take_two_queries(history: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):  # the entries, the applications that they name
        run()


def test_the_page_explains_exactly_the_existing_actions() -> None:
    explained = re.findall(r"`(\w+\.\w+)`", "\n".join(re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)))

    assert sorted(explained) == sorted(action.value for action in Action)


def test_the_page_names_every_option() -> None:
    parser_options = set(re.findall(r"(--\w+)", PAGE))

    assert parser_options >= {"--since", "--until", "--application", "--user", "--resource", "--action", "--limit"}
