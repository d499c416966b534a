"""A renamed copy of connectors/template is a working channel without listings."""

import importlib
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from limits.storage import MemoryStorage

import connectors
from connectors.connection import Connection
from connectors.errors import (
    BadCredential,
    ChannelRefused,
    ChannelUnavailable,
    CredentialsRefused,
    UnknownListings,
)
from connectors.http import ChannelHttp, Patience
from connectors.pacing import Pace
from connectors.protocol import Channel
from connectors.values import NightRate, Push, RemoteListing, ReservationStatus, Unreadable
from tests.connectors.scripted_server import Scripted, ScriptedChannel, saying, scripted_channel

ACCOUNT = {"id": "7", "name": "Seaside homes"}
EMPTY = saying({**ACCOUNT, "listings": [], "reservations": []})
TODAY = date(2030, 7, 1)
HOME = RemoteListing("H-1", "Home", currency="EUR")
LISTING = {"id": "H-1", "name": "Harbour flat", "currency": "EUR", "price": 120.5}
RESERVATION = {
    "id": "R-1", "listing_id": "H-1", "status": "confirmed", "arrival": "2030-07-01", "departure": "2030-07-04",
    "total": "1,267.00", "currency": "EUR",
}  # fmt: skip


@dataclass
class AtAcme:
    """The copied connector at a scripted channel."""

    channel: Channel
    server: ScriptedChannel
    connect: Callable[[Mapping[str, Any]], Connection]

    @property
    def connection(self) -> Connection:
        return self.connect({"api_key": "a-key"})


@pytest.fixture
def acme_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A copy of the package with `template` renamed everywhere, as a contributor starts with it."""
    folder = tmp_path / "acme"
    shutil.copytree(Path(connectors.__path__[0]) / "template", folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path in folder.glob("*.py"):
        text = path.read_text().replace("connectors.template", "acme")
        path.write_text(text.replace("Template", "Acme").replace("template", "acme"))
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("acme")
    for name in [name for name in sys.modules if name.partition(".")[0] == "acme"]:
        del sys.modules[name]


@pytest.fixture
def at(acme_module: Any) -> Iterator[AtAcme]:
    with scripted_channel() as server, httpx.Client(base_url=server.base_url, timeout=1.0) as client:
        server.script = [EMPTY]

        def connect(channel_credentials: Mapping[str, Any]) -> Connection:
            pace = Pace((), channel="acme", account="7", storage=MemoryStorage())
            return Connection(
                channel_credentials=channel_credentials,
                recall=dict,
                remember=lambda session: None,
                http=ChannelHttp("Acme", client, pace=pace, timeout=1.0, patience=Patience(1, 0.0)),
                now=lambda: datetime(2030, 6, 3, 12, tzinfo=UTC),
            )

        channel = acme_module.Acme(acme_module.AcmeConfiguration(server.base_url))
        yield AtAcme(channel, server, connect)


FAILURES = {
    "500": Scripted(500),
    "429": Scripted(429),
    "half-json": Scripted(body=b"{"),
    "reset": Scripted(cut=True),
    "no-object": saying([]),
    "wrong-types": saying({"id": {}, "listings": 1, "reservations": 1}),
}
OPERATIONS: dict[str, Callable[[AtAcme], Any]] = {
    "verify": lambda at: at.channel.verify(at.connection),
    "listings": lambda at: list(at.channel.listings(at.connection)),
    "listing": lambda at: at.channel.listing(at.connection, "H-1"),
    "reservations": lambda at: list(at.channel.reservations(at.connection, {})),
}


def test_the_copy_has_its_own_name_and_wire(at: AtAcme) -> None:
    assert (at.channel.slug, at.channel.name, set(at.channel.required_credentials)) == ("acme", "Acme", {"api_key"})
    assert at.channel.wire({"api_key": "a-key"}).base_url == at.server.base_url


def test_credentials_identify_the_account(at: AtAcme) -> None:
    account = at.channel.verify(at.connection)

    assert (account.channel_account_id, account.label) == ("7", "Seaside homes")


def test_wrong_credentials_are_refused_and_the_error_does_not_contain_them(at: AtAcme) -> None:
    at.server.script = [saying({}, 401)]

    with pytest.raises(CredentialsRefused) as refused:
        at.channel.verify(at.connection)

    assert not isinstance(refused.value, BadCredential)
    assert "a-key" not in str(refused.value)


def test_a_key_with_a_line_break_is_rejected_before_any_request(at: AtAcme) -> None:
    with pytest.raises(BadCredential) as bad:
        at.channel.verify(at.connect({"api_key": "line\nbreak"}))

    assert bad.value.field == "api_key"
    assert at.server.asked == []


def test_an_empty_channel_has_no_listings_and_no_reservations(at: AtAcme) -> None:
    (listings,) = at.channel.listings(at.connection)
    (page,) = at.channel.reservations(at.connection, {})

    assert (list(listings), list(page.reservations), list(page.unreadable)) == ([], [], [])
    assert json.loads(json.dumps(page.cursor)) == page.cursor


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_channel_that_fails_is_unavailable(at: AtAcme, operation: str, failure: Scripted) -> None:
    at.server.script = [failure]

    with pytest.raises(ChannelUnavailable):
        OPERATIONS[operation](at)


def test_the_error_names_an_unknown_listing(at: AtAcme) -> None:
    at.server.script = [saying({}, 404)]

    with pytest.raises(UnknownListings) as unknown:
        at.channel.listing(at.connection, "H-1")

    assert unknown.value.channel_listing_ids == ("H-1",)


def test_a_malformed_listing_does_not_affect_the_others(at: AtAcme) -> None:
    at.server.script = [saying({"listings": [LISTING | {"price": "a dozen"}, {"id": None}]})]

    ((good, bad),) = at.channel.listings(at.connection)

    assert good == RemoteListing("H-1", "Harbour flat", currency="EUR", unanswered=frozenset({"price"}))
    assert bad == Unreadable(None, "id is malformed")


def test_a_malformed_reservation_does_not_affect_the_others(at: AtAcme) -> None:
    at.server.script = [saying({"reservations": [RESERVATION, RESERVATION | {"arrival": "soon"}]})]

    (page,) = at.channel.reservations(at.connection, {}, "H-1")

    assert [(row.status, row.total) for row in page.reservations] == [(ReservationStatus.BOOKED, 126_700)]
    assert page.unreadable == [Unreadable("H-1", "arrival is malformed")]


def test_a_push_without_changes_sends_no_request(at: AtAcme) -> None:
    rates = [NightRate(TODAY, 9900)]

    assert at.channel.as_sold(rates, "EUR", {}) == rates
    assert at.channel.push(at.connection, Push("H-1", "EUR", rates, frozenset())) == {}
    assert at.channel.calendar(at.connection, HOME, TODAY, TODAY) == []
    assert at.server.asked == []


def test_changed_prices_are_refused_until_push_is_implemented(at: AtAcme) -> None:
    with pytest.raises(ChannelRefused):
        at.channel.push(at.connection, Push("H-1", "EUR", [NightRate(TODAY, 9900)], frozenset([TODAY])))
