"""The syncs and pushes of a listing, one line each, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.push_outcome import Tone
from jobs.kinds import PUSH_LISTING, REFRESH_LISTING, SYNC_ACCOUNT
from jobs.models import Job
from listings.models import ChannelListing

NAMES = {PUSH_LISTING: "Push of prices", REFRESH_LISTING: "Refresh of this listing"}
_TONES: dict[str, Tone] = {
    Job.State.QUEUED: "busy",
    Job.State.RUNNING: "busy",
    Job.State.SUCCEEDED: "good",
    Job.State.FAILED: "bad",
}
_STATES: dict[str, str] = {
    Job.State.QUEUED: "waits",
    Job.State.RUNNING: "runs",
    Job.State.SUCCEEDED: "succeeded",
    Job.State.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class SyncLine:
    """`at` is the end of the job, or, while it lives, the time at which it was queued."""

    job: Job
    name: str
    state: str
    tone: Tone
    details: str
    at: datetime


def sync_lines(jobs: Sequence[Job], channels: Sequence[ChannelListing]) -> list[SyncLine]:
    """`jobs` are those of the listing and of the accounts that show it."""
    labels = {channel.account_id: channel.account.label for channel in channels}
    return [
        SyncLine(
            job=job,
            name=_name(job, labels),
            state=_STATES[job.state] + (f", attempt {job.attempts}" if job.attempts > 1 else ""),
            tone=_TONES[job.state],
            details=job.error or _progress(job.progress),
            at=job.finished_at or job.created_at,
        )
        for job in jobs
    ]


def _name(job: Job, labels: Mapping[int, str]) -> str:
    if job.kind == SYNC_ACCOUNT:
        return f"Sync of {labels.get(job.arguments.get('account_id', 0), 'an account')}"
    return NAMES[job.kind]


def _progress(progress: Mapping[str, Any]) -> str:
    """What handlers report (sync/pushing.py, sync/syncing.py)."""
    words = []
    if "nights_confirmed" in progress:
        words.append(
            f"{progress['nights_confirmed']} nights confirmed, {progress.get('nights_changed', 0)} of them new"
        )
    if progress.get("listings_total"):
        words.append(f"{progress.get('listings_done', 0)} of {progress['listings_total']} listings read")
    if progress.get("listings_failed"):
        words.append(f"{progress['listings_failed']} failed")
    if progress.get("error"):
        words.append(str(progress["error"]))
    return "; ".join(words)
