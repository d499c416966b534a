"""What the rooms above do when a user is deleted. Each registers its step when Django starts.

So deleting a user reaches listings, channels and tokens, although this room does not know them.
"""

from collections.abc import Callable
from datetime import datetime

from users.models import User

Step = Callable[[User, datetime], None]

_steps: list[Step] = []


def register(step: Step) -> None:
    """Adds a step, which runs in the transaction that deletes the user. Call it from an app's `ready()`."""
    _steps.append(step)


def take_leave(user: User, now: datetime) -> None:
    """Runs all steps."""
    for step in _steps:
        step(user, now)
