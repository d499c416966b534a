"""How the last push of a listing ended, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jobs.models import Job

Tone = Literal["good", "bad", "busy", "quiet"]


@dataclass(frozen=True, slots=True)
class PushOutcome:
    """`at` is the time at which a channel confirmed prices last; None if none ever did."""

    tone: Tone
    words: str
    at: datetime | None


def push_outcome(*, enabled: bool, job_state: str | None, error: str | None, pushed_at: datetime | None) -> PushOutcome:
    """`job_state` is that of the listing's newest push that is still kept, `error` what the last push left."""
    if not enabled:
        return PushOutcome("quiet", "Price syncing is off.", pushed_at)
    if job_state == Job.State.RUNNING:
        return PushOutcome("busy", "Prices are being sent.", pushed_at)
    if error:
        again = " It is tried again." if job_state == Job.State.QUEUED else ""
        return PushOutcome("bad", f"{error.rstrip('. ')}.{again}", pushed_at)
    if job_state == Job.State.QUEUED:
        return PushOutcome("busy", "A push is queued.", pushed_at)
    if job_state == Job.State.FAILED:
        return PushOutcome("bad", "The last push failed.", pushed_at)
    if pushed_at is None:
        return PushOutcome("quiet", "Nothing has been sent yet.", None)
    return PushOutcome("good", "The channel took the prices.", pushed_at)
