"""docs/building-a-channel.md is correct: its examples are computed, parsed, and compared with the implementation."""

import json
import re
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.direct import mapping
from connectors.direct.session import sign
from connectors.values import Availability, NightRate, ReservationStatus
from sandbox.direct import errors as sandbox_errors
from tests.connectors.sandbox_connection import NOW, Connect

TEXT = (Path(__file__).parents[2] / "docs/building-a-channel.md").read_text()


def example(name: str) -> str:
    """The fenced block after `<!-- example: name -->`."""
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", TEXT, re.DOTALL)
    assert found, name
    return found[1]


def example_json(name: str) -> Any:
    return json.loads(example(name), parse_float=Decimal)


def shape(document: Any) -> Any:
    """The names of the members at every depth. A list has the names of its first row."""
    if isinstance(document, dict):
        return {name: shape(value) for name, value in document.items()}
    return [shape(row) for row in document[:1]] if isinstance(document, list) else None


@pytest.fixture
def signed() -> dict[str, str]:
    """The parts of the example signature, by name."""
    lines = (re.split(r"  +|: ", line, maxsplit=1) for line in example("signature").splitlines() if line)
    return {name: value for name, value in lines}  # noqa: C416


def test_the_connector_computes_the_example_signature(signed: dict[str, str]) -> None:
    assert signed["X-Channel-Signature"] == sign(
        signed["api key"].partition(".")[2],
        timestamp=signed["timestamp"],
        method=signed["method"],
        target=signed["path and query"].encode(),
        idempotency_key=signed["idempotency key"],
        body=signed["body"].encode(),
    )


@pytest.mark.parametrize(
    ("change", "passes"), [({}, True), ({"body": b"x"}, False), ({"method": "GET"}, False), ({"secret": "y"}, False)]
)
def test_the_python_check_accepts_only_a_correct_signature(change: Any, passes: Any) -> None:
    documented: dict[str, Any] = {}
    exec(example("verify"), documented)  # noqa: S102
    timestamp = str(int(time.time()))
    parts: dict[str, Any] = {
        "secret": "a-secret-of-sixteen",
        "method": "PUT",
        "target": "/v1/listings/A-1/prices?x=1",
        "body": b"{}",
    }
    headers = {"X-Channel-Timestamp": timestamp, "Idempotency-Key": "k"}
    signature = sign(
        parts["secret"], timestamp=timestamp, method=parts["method"], target=parts["target"].encode(),
        idempotency_key="k", body=parts["body"],
    )  # fmt: skip

    assert documented["is_signed"](**parts | change, headers=headers | {"X-Channel-Signature": signature}) is passes


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("account", "/v1/account"),
        ("listings", "/v1/listings"),
        ("calendar", "/v1/listings/{listing}/calendar?first=2026-07-01&last=2026-07-02"),
        ("reservations", "/v1/reservations?limit=1"),
        ("error", "/v1/listings/unknown"),
    ],
)
def test_examples_have_the_same_members_as_the_reference_implementation(connect: Connect, name: Any, path: Any) -> None:
    at = connect("direct")
    listing = at.listings()[0].channel_listing_id
    target = path.format(listing=listing)
    timestamp = str(int(time.time()))
    key_id, _, secret = at.credentials["api_key"].partition(".")
    signature = sign(
        secret, timestamp=timestamp, method="GET", target=f"/direct{target}".encode(), idempotency_key="", body=b""
    )
    headers = {"X-Channel-Key": key_id, "X-Channel-Timestamp": timestamp, "X-Channel-Signature": signature}

    answer = at.ask("GET", target, headers=headers).json()

    assert shape(answer) == shape(example_json(name))


def test_the_connector_reads_the_examples_as_intended() -> None:
    (listing,) = map(mapping.listing, example_json("listings")["listings"])
    (night,) = map(mapping.night, example_json("calendar")["nights"])
    (reservation,) = map(mapping.reservation, example_json("reservations")["reservations"])
    (confirmed,) = map(mapping.confirmed, example_json("prices answer")["nights"])

    assert (listing.channel_listing_id, listing.price, listing.country) == ("A-1", 12000, "PT")
    assert (night.availability, night.price) == (Availability.AVAILABLE, 12050)
    assert (reservation.status, reservation.total) == (ReservationStatus.BOOKED, 61500)
    assert (confirmed.price, confirmed.min_stay, confirmed.checkin_allowed) == (12050, 2, True)


def test_the_connector_sends_a_push_as_in_the_example() -> None:
    first, second = example_json("prices")["nights"]
    today = NOW.date().replace(year=2031, month=4, day=1)

    assert first == mapping.night_body(NightRate(today, 12050, min_stay=2))
    assert second == mapping.night_body(NightRate(today.replace(day=2), 13000, min_stay=3, checkin_allowed=False))


def test_every_refusal_of_the_reference_implementation_is_documented() -> None:
    sources = "".join(path.read_text() for path in Path(sandbox_errors.__file__).parent.glob("*.py"))
    raised = set(re.findall(r'(?:Refused\(\s*|: \()(\d{3}), "(\w+)"', sources))
    table = re.findall(r"^\| (\d{3}|5xx) \| (.+?) \|", TEXT, re.MULTILINE)
    documented = {(status, code) for status, codes in table for code in re.findall(r"`(\w+)`", codes)}

    answered_anyway = {("404", "not_found"), ("405", "wrong_method"), ("500", "server_error")}
    assert raised - answered_anyway == documented
