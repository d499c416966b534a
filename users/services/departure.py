"""Steps of other rooms that belong to the deletion of a user. Each room registers its step when Django starts.

In this way the deletion reaches listings, channels and tokens, although this room does not import theirs.
"""

from collections.abc import Callable
from datetime import datetime

from users.models import User

Step = Callable[[User, datetime], None]

_steps: list[Step] = []


def register(step: Step) -> None:
    """Add a step to run in the transaction that deletes a user. Call it from an app's `ready()`."""
    _steps.append(step)


def run_steps(user: User, now: datetime) -> None:
    """Run the registered steps for the deleted user. Call it inside the transaction."""
    for step in _steps:
        step(user, now)
