"""Hides and erases the comp sets of deleted users. Public market data are about nobody, and stay."""

from datetime import datetime

from markets.models import Compset, CompsetMember
from users.models import User
from users.services.erasure import erase_some


def hide_compsets_of(user: User, now: datetime) -> None:
    """The step of users.services.departure."""
    Compset.objects.filter(owner=user, deleted_at=None).update(deleted_at=now)


def erase_compsets_of(user_id: int, limit: int) -> int:
    """The step of users.services.erasure."""
    return erase_some(CompsetMember.objects.filter(compset__owner=user_id), limit) or erase_some(
        Compset.objects.filter(owner=user_id), limit
    )
