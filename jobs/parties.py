"""Whom a job is for, so that workers can share their time fairly."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Party:
    """Ids of the application, user and account that a job is for; 0 for none, as for periodic work.

    They are plain numbers: the rooms that own these tables are above this one.
    """

    application_id: int = 0
    user_id: int = 0
    account_id: int = 0


NOBODY = Party()
