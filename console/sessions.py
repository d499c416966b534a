"""Sessions of the console, in a table of its own: `SESSION_ENGINE`."""

from django.contrib.sessions.backends import db

from console.models import Session
from jobs.running import RunningJob


class SessionStore(db.SessionStore):
    """Django's sessions in the database, without its app, whose table would exist for nothing else."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session


def purge_sessions(job: RunningJob) -> None:
    """Handle the daily job: delete sessions that are over."""
    Session.objects.filter(expire_date__lt=job.now()).delete()
