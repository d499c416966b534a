"""Whom a job is for, so that workers can share their time fairly."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Party:
    """Ids of the application, user and account that a job is for; 0 for none, as for periodic work.

    They are plain numbers: the rooms that own these tables are above this one. Work of an application that is not about
    a user may name something else that shares its places as `account_id`, such as the endpoint of a webhook.
    """

    application_id: int = 0
    user_id: int = 0
    account_id: int = 0


NOBODY = Party()
