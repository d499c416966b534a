"""What the commands about jobs share: describing them."""

from datetime import datetime
from typing import Any

from jobs.models import Job


def described(job: Job) -> dict[str, Any]:
    """The job as JSON."""
    return {
        "id": job.pk,
        "kind": job.kind,
        "key": job.key,
        "arguments": job.arguments,
        "state": job.state,
        "priority": Job.Priority(job.priority).name.lower(),
        "attempts": job.attempts,
        "failures": job.failures,
        "error": job.error or None,
        "progress": job.progress,
        "application_id": job.application_id or None,
        "user_id": job.user_id or None,
        "account_id": job.account_id or None,
        "created_at": _instant(job.created_at),
        "due_at": _instant(job.due_at),
        "finished_at": _instant(job.finished_at),
    }


def line(job: Job) -> str:
    """The line that a terminal shows for a job."""
    when = job.finished_at or job.due_at
    numbers = f"{job.attempts} attempts, {job.failures} failures"
    error = f"  {' '.join(job.error.split())}" if job.error else ""
    return f"{job.pk:>8}  {job.state:<9}  {job.key:<28}  {when:%Y-%m-%d %H:%M:%S}  {numbers}{error}"


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
