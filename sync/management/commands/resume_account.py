"""`manage.py resume_account`: ends the pause of an account."""

from sync.management.accounts import OneAccountCommand
from sync.services.pausing import resume_account


class Command(OneAccountCommand):
    help = "Resumes a paused account: a sync is queued, and pushes of its enabled listings."
    change = staticmethod(resume_account)
    done = "Resumed"
