"""Filters, order and cursor of the list of reservations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.hostaway.account import Account
from sandbox.hostaway.arguments import day, flag, text, whole
from sandbox.hostaway.envelope import Fail
from sandbox.hostaway.paging import read_page
from sandbox.hostaway.reservation_vocabulary import SOURCE_OF_CHANNEL
from sandbox.world.days import start_of
from sandbox.world.stay_table import SqlValue
from sandbox.world.stays import STAY, Stay

SORTS = {
    "": ("changed_at", "DESC"),
    "updatedOn": ("changed_at", "ASC"),
    "latestActivity": ("changed_at", "ASC"),
    "latestActivityDesc": ("changed_at", "DESC"),
    "arrivalDate": ("arrival", "ASC"),
    "arrivalDateDesc": ("arrival", "DESC"),
    "lastConversationMessageSent": ("id", "ASC"),
    "lastConversationMessageSentDesc": ("id", "DESC"),
    "lastConversationMessageReceived": ("id", "ASC"),
    "lastConversationMessageReceivedDesc": ("id", "DESC"),
}
"""Column and direction of each order. The sandbox has no conversations, so orders by message are orders by id."""
DAY_FILTERS = {
    "arrivalStartDate": "arrival >= ?",
    "arrivalEndDate": "arrival <= ?",
    "departureStartDate": "departure >= ?",
    "departureEndDate": "departure <= ?",
}
KEPT_FLAGS = ("isStarred", "isArchived", "isPinned")
"""Flags that are off until a client sets them."""
KEPT_VALUES = ("assigneeUserId", "customerUserId", "reservationAgreement")
DEFAULT_AGREEMENT = "not_required"


@dataclass(frozen=True, slots=True)
class Found:
    stays: list[Stay]
    count: int
    """Number of reservations on all pages, independent of a cursor."""
    limit: int
    offset: int | None
    """None if the query has a cursor."""


class Conditions:
    """SQL conditions over the members of `Stay`, with their values."""

    def __init__(self) -> None:
        self._terms: list[str] = ["1"]
        self.values: list[SqlValue] = []

    def add(self, term: str, *values: SqlValue) -> None:
        self._terms.append(term)
        self.values += values

    def among(self, ids: list[int], *, inside: bool) -> None:
        """Only stays with one of the ids, or only the others."""
        # Ids are literals in the SQL, because SQLite limits the number of parameters.
        self.add(f"id {'IN' if inside else 'NOT IN'} ({', '.join(map(str, ids))})")

    @property
    def sql(self) -> str:
        return " AND ".join(self._terms)


def search(account: Account, query: Mapping[str, str]) -> Found:
    """The page of the account's reservations that the query asks for. Raises Fail 400."""
    world, at = account.sandbox.world, account.now
    listing_id = whole(query, "listingId")
    conditions = _conditions(account, query, listing_id)
    column, direction = _sort(query)
    limit, offset = read_page(query)
    count = world.count_stays(account.id, at=at, listing=listing_id, where=conditions.sql, values=conditions.values)
    cursor = whole(query, "afterId")
    if cursor is not None:
        last = world.stay(account.id, cursor, at=at)
        if last is None:
            raise Fail(400, f"afterId {cursor} is not a reservation.")
        beyond = "<" if direction == "DESC" else ">"
        conditions.add(f"({column}, id) {beyond} (?, ?)", getattr(last, column), last.id)
        offset = 0
    rest = f"ORDER BY {column} {direction}, id {direction} LIMIT {limit} OFFSET {offset}"
    stays = world.stays(
        account.id, at=at, listing=listing_id, where=conditions.sql, values=conditions.values, rest=rest
    )
    return Found(stays, count, limit, offset if cursor is None else None)


def _sort(query: Mapping[str, str]) -> tuple[str, str]:
    # One sample of the documentation calls the parameter `order`.
    name = text(query, "sortOrder") or text(query, "order") or ""
    if name not in SORTS:
        raise Fail(400, f"sortOrder {name} is not known.")
    return SORTS[name]


def _conditions(account: Account, query: Mapping[str, str], listing_id: int | None) -> Conditions:
    conditions = Conditions()
    if (channel_id := whole(query, "channelId")) is not None:
        sources = [SOURCE_OF_CHANNEL.get(channel_id), "owner" if channel_id == 2000 else None]
        conditions.add("source IN (?, ?)", *sources)
    for name, term in DAY_FILTERS.items():
        if (ordinal := day(query, name)) is not None:
            conditions.add(term, ordinal)
    if (since := day(query, "latestActivityStart")) is not None:
        conditions.add("changed_at >= ?", start_of(since))
    if (until := day(query, "latestActivityEnd")) is not None:
        conditions.add("changed_at < ?", start_of(until + 1))
    if flag(query, "hasUnreadConversationMessages"):
        conditions.add("0")
    _add_kept(account, query, conditions)
    _add_guest(account, query, conditions, listing_id)
    return conditions


def _add_kept(account: Account, query: Mapping[str, str], conditions: Conditions) -> None:
    """Filters by members that have their default value until a client sets them."""
    for name in KEPT_FLAGS:
        if (wanted := flag(query, name)) is not None:
            marked = [id for id, kept in _kept(account).items() if flag(kept, name)]
            conditions.among(marked, inside=wanted)
    for name in KEPT_VALUES:
        if (value := query.get(name)) is not None:
            default = DEFAULT_AGREEMENT if name == "reservationAgreement" else None
            kept_values = {id: str(kept.get(name) or default) for id, kept in _kept(account).items()}
            if value == default:
                conditions.among([id for id, kept in kept_values.items() if kept != value], inside=False)
            else:
                conditions.among([id for id, kept in kept_values.items() if kept == value], inside=True)


def _add_guest(account: Account, query: Mapping[str, str], conditions: Conditions, listing_id: int | None) -> None:
    """Filters by guest. They are slow, because the table of stays has no guests: each guest is generated."""
    name, email = query.get("match"), query.get("guestEmail")
    if not name and not email:
        return
    kept = _kept(account)
    world = account.sandbox.world
    stays = world.stays(account.id, at=account.now, listing=listing_id, where=conditions.sql, values=conditions.values)
    found = []
    for stay in stays:
        guest, own = world.guest(stay), kept.get(stay.id, {})
        if name and name.casefold() not in str(own.get("guestName") or guest.name).casefold():
            continue
        if email and email.casefold() != str(own.get("guestEmail") or guest.email).casefold():
            continue
        found.append(stay.id)
    conditions.among(found, inside=True)


def _kept(account: Account) -> dict[int, dict[str, Any]]:
    """Hostaway's own members of the reservations that clients wrote, by id."""
    documents = account.sandbox.store.latest(STAY, account.id, at=account.now)
    return {int(document.id): document.body["kept"] for document in documents if document.body is not None}
