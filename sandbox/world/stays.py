"""Stays: bookings, owner stays and inquiries, and the statuses that they go through."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sandbox.demand import (
    APPROVAL_SHARE,
    INQUIRY_SHARE,
    MODIFICATION_SHARE,
    REQUEST_TO_BOOK_SHARE,
    UNPAID_SHARE,
    cancellation_share,
)
from sandbox.store import Document
from sandbox.world.days import start_of
from sandbox.world.stay_requests import OWNER, StayRequest

HOUR = 3600
STAY = "stay"
"""Kind of the documents that hold stays which clients created or changed."""
APPROVED_BY_HOST = frozenset({"airbnb", "vrbo"})
"""Sources where some bookings need the host's approval first."""
PAID_LATER = frozenset({"airbnb"})
"""Sources where some bookings wait for the guest's payment."""


class Status(StrEnum):
    CONFIRMED = "confirmed"
    MODIFIED = "modified"
    AWAITING_PAYMENT = "awaiting_payment"
    REQUESTED = "requested"
    OWNER = "owner"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    EXPIRED = "expired"
    INQUIRY = "inquiry"
    INQUIRY_TIMED_OUT = "inquiry_timed_out"
    DELETED = "deleted"


HOLDING = frozenset({Status.CONFIRMED, Status.MODIFIED, Status.AWAITING_PAYMENT, Status.REQUESTED, Status.OWNER})
"""Statuses in which a stay holds its nights, so that nobody else can book them."""
IS_HOLDING = f"status IN ({', '.join('?' * len(HOLDING))})"
"""SQL condition on stays with these statuses; its values are HOLDING."""


@dataclass(slots=True)
class Stay:
    """Days as ordinals, instants as unix seconds, money in whole units of the listing's currency."""

    id: int
    portfolio: int
    listing: int
    unit: int
    """Index of the listing's unit, from 0."""
    arrival: int
    departure: int
    """The day of departure is not a night of the stay."""
    status: str
    source: str
    booked_at: int
    changed_at: int
    cancelled_at: int | None
    guests: int
    rent: float
    """Price of all nights after the discount for the length of stay, without fees and taxes."""
    previous_departure: int | None
    written: bool
    """Whether a client created or changed it. Its document in the store has further members."""

    @property
    def nights(self) -> int:
        return self.departure - self.arrival

    @property
    def holds(self) -> bool:
        return self.status in HOLDING


def life_of(request: StayRequest) -> list[tuple[int, Status]]:
    """The statuses of a stay that no client changes, with their instants. The first one is the booking."""
    at, fate, when = request.at, request.fate, request.when
    if request.source == OWNER:
        return [(at, Status.OWNER)]
    if fate >= 1 - INQUIRY_SHARE:
        return [(at, Status.INQUIRY), (at + 24 * HOUR, Status.INQUIRY_TIMED_OUT)]
    later = _between(at, request.arrival, when)
    threshold = cancellation_share(request.lead_days)
    if fate < threshold:
        return [(at, Status.CONFIRMED), (later, Status.CANCELLED)]
    threshold += MODIFICATION_SHARE
    if fate < threshold:
        return [(at, Status.CONFIRMED), (later, Status.MODIFIED)]
    threshold += REQUEST_TO_BOOK_SHARE
    if fate < threshold and request.source in APPROVED_BY_HOST:
        answered = at + HOUR // 2 + int(20 * HOUR * when)
        if when < APPROVAL_SHARE:
            return [(at, Status.REQUESTED), (answered, Status.CONFIRMED)]
        return [(at, Status.REQUESTED), (answered, Status.DECLINED if request.id % 2 else Status.EXPIRED)]
    threshold += UNPAID_SHARE
    if fate < threshold and request.source in PAID_LATER:
        paid = Status.CONFIRMED if when < APPROVAL_SHARE else Status.CANCELLED
        return [(at, Status.AWAITING_PAYMENT), (at + 2 * HOUR, paid)]
    return [(at, Status.CONFIRMED)]


def _between(booked_at: int, arrival: int, when: float) -> int:
    """An instant after the booking and, except for late bookings, before the day of arrival."""
    return booked_at + max(600, int((start_of(arrival) - booked_at) * when))


def written_stay(document: Document) -> Stay:
    """Read a stay from a client's document; the inverse of `stay_document`."""
    assert document.listing is not None and document.body is not None  # noqa: S101, PT018
    return Stay(
        id=int(document.id),
        portfolio=document.portfolio,
        listing=document.listing,
        changed_at=document.at,
        written=True,
        **document.body["stay"],
    )


def stay_document(stay: Stay) -> dict[str, Any]:
    """The part of a stay's document that the world reads. Channels keep their own members beside it."""
    members = asdict(stay)
    for name in ("id", "portfolio", "listing", "changed_at", "written"):
        del members[name]
    return members
