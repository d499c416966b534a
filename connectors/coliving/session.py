"""Calls to Coliving: sends the key, opens envelopes, tells errors apart, and takes refused items out of batches."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.coliving.configuration import ColivingConfiguration
from connectors.coliving.credentials import read_channel_credentials
from connectors.coliving.payloads import Host
from connectors.connection import Connection
from connectors.errors import ChannelRefused, ChannelUnavailable, CredentialsRefused
from connectors.http import Answer, waiting_time
from connectors.payloads import Malformed

ITEMS_PER_CALL = 100  # no maximum is documented
LONGEST_REASON = 300  # characters
Item = Mapping[str, Any]


class NotAtColiving(ChannelRefused):
    """Coliving does not have the listing or booking, or not for this key. It does not say which."""


class BatchRefused(ChannelRefused):
    """Coliving refused a request. `details` may name the items of a batch that are at fault, and say why."""

    def __init__(self, reason: str, details: Any) -> None:
        super().__init__(_refusal(reason, _named(details)))
        self.reason = reason
        self.details = details

    def about(self, index: int) -> str:
        """The message about one item of the batch; about all of them, if none is named."""
        own = [(name, text) for name, text in _named(self.details) if _position(name) in (None, index)]
        return _refusal(self.reason, own)


class Session:
    """One account's calls. Raises BadCredential for credentials that cannot be sent."""

    def __init__(self, connection: Connection, configuration: ColivingConfiguration) -> None:
        self._connection = connection
        self._configuration = configuration
        self.channel_credentials = read_channel_credentials(connection.channel_credentials)

    def me(self) -> Host:
        """Raises Malformed too."""
        return Host.read(self._data(self._send("GET", "/me")))

    def room_types(self, house: str) -> Sequence[Any]:
        """Raises NotAtColiving."""
        return _rows(self._get(f"listings/{house}/room-types"), "room_types")

    def bookings(self, since: str | None) -> Sequence[Any]:
        """Bookings from this version on, inclusive. None stands for all bookings."""
        parameter = self._configuration.since_parameter
        return _rows(self._get("bookings", {parameter: since} if since else None), "Bookings")

    def booking(self, booking_id: str) -> Any:
        """Raises NotAtColiving."""
        return self._get(f"bookings/{booking_id}").get("Booking")

    def write(self, operation: str, items: Sequence[Item]) -> list[tuple[Item, str]]:
        """Sends `rates` or `availability` in batches. Returns the refused items with the reasons.

        Coliving refuses a whole batch because of one bad item. Bad items are taken out and the rest is sent again. If
        Coliving does not name them, the batch is halved until they are found. Values are absolute, so items may be
        sent twice.
        """
        refused: list[tuple[Item, str]] = []
        batches = [list(items[start : start + ITEMS_PER_CALL]) for start in range(0, len(items), ITEMS_PER_CALL)]
        while batches:
            batch = batches.pop()
            try:
                self._write(operation, batch)
            except BatchRefused as error:
                offenders = offenders_in(batch, error.details)
                if not offenders and len(batch) > 1:
                    batches += [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
                    continue
                offenders = offenders or {0}
                refused += [(batch[index], error.about(index)) for index in sorted(offenders)]
                if rest := [item for index, item in enumerate(batch) if index not in offenders]:
                    batches.append(rest)
        return refused

    def _write(self, operation: str, batch: Sequence[Item]) -> None:
        path = f"/integrations/{self.channel_credentials.provider}/{operation}"
        method = self._configuration.write_method
        self._opened(self._send(method, path, body={"data": batch}, repeatable=True))

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._data(self._send("GET", f"/integrations/{self.channel_credentials.provider}/{path}", params=params))

    def _send(self, method: str, path: str, **parts: Any) -> Answer:
        return self._connection.http.send(method, path, headers=self.channel_credentials.headers, **parts)

    def _data(self, answer: Answer) -> dict[str, Any]:
        data = self._opened(answer).get("data")
        if not isinstance(data, dict):
            raise malformed("data")
        return data

    def _opened(self, answer: Answer) -> dict[str, Any]:
        """The envelope of a success. HTTP statuses are not documented, so `success` and `error` decide."""
        envelope = answer.document if isinstance(answer.document, dict) else {}
        error = envelope.get("error")
        reason = " ".join(error.split())[:200] if isinstance(error, str) else f"HTTP {answer.status}"
        if answer.is_success and envelope.get("success") is True:
            return envelope
        if answer.status == 401 or reason == "Invalid API Key":
            raise CredentialsRefused("Coliving does not accept this API key.")
        if reason == "Rate limit exceeded":
            raise ChannelUnavailable("Coliving is busy.", retry_after=waiting_time(envelope.get("retry_after")))
        if answer.is_success and envelope.get("success") is not False:
            raise malformed("success")
        if reason in ("Listing not found or unauthorized", "Booking not found or unauthorized"):
            raise NotAtColiving(f"Coliving refused: {reason}.")
        raise BatchRefused(reason, envelope.get("details"))


def _refusal(reason: str, named: Sequence[tuple[str, str]]) -> str:
    """The channel's own words, for people: its messages about single members, or else its general message."""
    said = "; ".join(f"{name}: {' '.join(text.split())}" for name, text in named)
    return f"Coliving refused: {reason}: {said}"[:LONGEST_REASON] if said else f"Coliving refused: {reason}."


def _named(details: Any) -> list[tuple[str, str]]:
    """Names of `details` with what they say. A value is a list of messages, of ids, or of pairs of ids."""
    return [
        (name, ", ".join(said))
        for name, values in (details.items() if isinstance(details, dict) else ())
        if isinstance(name, str) and (said := [text for value in _list(values) if (text := _said(value))])
    ]


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value.get('listing_id')}:{value.get('room_type_id')}"
    return str(value) if isinstance(value, str | int) else ""


def _position(name: str) -> int | None:
    """The position in the batch that a name like `data.0.base_price` contains."""
    parts = name.split(".")
    return int(parts[1]) if len(parts) > 2 and parts[1].isascii() and parts[1].isdecimal() else None


def offenders_in(batch: Sequence[Item], details: Any) -> set[int]:
    """Positions of the items that the `details` of a refusal name. Empty if none can be read."""
    if not isinstance(details, dict):
        return set()
    found = {position for name in details if (position := _position(name)) is not None}
    houses = {str(house) for house in _list(details.get("unauthorized_listing_ids"))}
    pairs = {
        (str(pair.get("listing_id")), str(pair.get("room_type_id")))
        for pair in _list(details.get("invalid_room_types"))
        if isinstance(pair, dict)
    }
    for index, item in enumerate(batch):
        if item["listing_id"] in houses or (item["listing_id"], item["room_type_id"]) in pairs:
            found.add(index)
    return {index for index in found if index < len(batch)}


def malformed(error: Malformed | str) -> ChannelUnavailable:
    return ChannelUnavailable(f"Coliving gave a malformed answer: {error}.")


def _rows(data: Mapping[str, Any], name: str) -> Sequence[Any]:
    rows = data.get(name)
    if not isinstance(rows, list):
        raise malformed(name)
    return rows


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()
