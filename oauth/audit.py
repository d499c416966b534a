"""The record of what operators change with manage.py."""

import getpass
import logging
import os
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from oauth.models import Application, AuditEntry

logger = logging.getLogger(__name__)


def record(action: str, application: Application, *, now: datetime, **details: Any) -> None:
    """Write an audit entry in the caller's transaction, and the same line to the log after the commit.

    `details` must be JSON, without secrets.
    """
    entry = AuditEntry.objects.create(
        at=now, action=action, client_id=application.client_id, operator=_operator(), details=details
    )
    line = partial(
        logger.info, "audit: %s of %s by %s: %s", action, application.client_id, entry.operator, entry.details
    )
    transaction.on_commit(line)


def _operator() -> str:
    try:
        return getpass.getuser()[:255]
    except (KeyError, OSError):  # a container can run with a user id that has no name
        return f"uid {os.getuid()}"
