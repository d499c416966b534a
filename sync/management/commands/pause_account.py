"""`manage.py pause_account`: stops the syncs of an account and the pushes to it."""

from sync.management.accounts import OneAccountCommand
from sync.services.pausing import pause_account


class Command(OneAccountCommand):
    help = "Pauses an account: it is not synced, and nothing is pushed to it, until resume_account."
    change = staticmethod(pause_account)
    done = "Paused"
