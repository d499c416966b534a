"""Jobs in the console: an operator finds one that failed, sees why, and runs it again, without SQL."""

from datetime import timedelta
from typing import Any

import pytest

from jobs import handlers
from jobs.models import Job
from jobs.running import GiveUp, RunningJob
from jobs.worker import JobWorker
from tests.console.conftest import Person, facts_of, page
from tests.factories import EPOCH
from tests.jobs.doubles import Errand
from tests.queued import queue_errand

LIST = "/console/jobs/job/"


@pytest.fixture
def errand(monkeypatch: pytest.MonkeyPatch) -> Errand:
    errand = Errand()
    monkeypatch.setattr(handlers, "_kinds", dict(handlers._kinds))
    handlers.register("errand", errand)
    return errand


@pytest.fixture
def failed(errand: Errand) -> Job:
    """A job that has failed for good, and one that has succeeded."""

    def end(job: RunningJob) -> None:
        if job.arguments["fails"]:
            raise GiveUp("The receiver said <no>.")

    errand.does = end
    jobs = [queue_errand(now=EPOCH, arguments={"fails": fails}) for fails in (True, False)]
    JobWorker().drain()
    return jobs[0]


def test_a_failed_job_is_found_and_run_again(operator: Person, failed: Job, errand: Errand) -> None:
    found = page(operator, LIST, state="failed")
    assert f"{LIST}{failed.pk}/change/" in found
    assert found.count(f"{LIST}{failed.pk + 1}/change/") == 0

    shown = page(operator, f"{LIST}{failed.pk}/change/")
    assert "failed for good" in shown
    assert "The receiver said &lt;no&gt;." in shown

    errand.does = lambda job: None
    operator.browser.post(f"{LIST}{failed.pk}/do/retry/")
    failed.refresh_from_db()
    assert (failed.state, failed.failures) == ("queued", 0)
    JobWorker().drain()
    failed.refresh_from_db()
    assert failed.state == "succeeded"


def test_times_look_alike_and_what_a_job_lacks_is_a_dash(operator: Person) -> None:
    job = Job.objects.create(kind="prune_jobs", key="prune_jobs", due_at=EPOCH, created_at=EPOCH)

    facts = facts_of(page(operator, f"{LIST}{job.pk}/change/"))

    assert facts["Created"] == facts["Due"] == f"{EPOCH:%Y-%m-%d %H:%M:%S}"
    assert {facts[name] for name in ("Account", "User id", "Application id", "Leased until", "Ended")} == {"—"}


def test_a_job_that_did_not_fail_cannot_be_retried(operator: Person, failed: Job) -> None:
    done = Job.objects.get(pk=failed.pk + 1)

    assert "/do/retry/" not in page(operator, f"{LIST}{done.pk}/change/")
    operator.browser.post(f"{LIST}{done.pk}/do/retry/")
    done.refresh_from_db()
    assert done.state == "succeeded"


def test_a_queued_job_is_cancelled(operator: Person, errand: Errand) -> None:
    job = queue_errand(now=EPOCH, due_at=EPOCH + timedelta(days=9000))

    operator.browser.post(f"{LIST}{job.pk}/do/cancel/")

    job.refresh_from_db()
    assert job.state == "failed"
    assert job.finished_at is not None
    JobWorker().drain()
    assert errand.attempts == []


@pytest.mark.parametrize("name", ["retry", "cancel"])
def test_a_viewer_can_do_neither(vera: Person, failed: Job, name: str) -> None:
    viewer = vera.log_in()

    assert viewer.browser.post(f"{LIST}{failed.pk}/do/{name}/").status_code == 403
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_jobs_are_filtered_by_kind_and_searched_by_account(operator: Person, errand: Errand) -> None:
    mine = queue_errand(now=EPOCH)
    Job.objects.filter(pk=mine.pk).update(account_id=4711)
    other = Job.objects.create(kind="prune_jobs", key="prune_jobs", due_at=EPOCH, created_at=EPOCH)

    def found(**query: str) -> set[int]:
        shown = page(operator, LIST, **query)
        return {job.pk for job in (mine, other) if f"{LIST}{job.pk}/change/" in shown}

    assert found(kind="prune_jobs") == {other.pk}
    assert found(q="4711") == {mine.pk}
    assert found(q="prune_jobs") == {other.pk}


def test_the_list_costs_the_same_number_of_queries_for_many_jobs(
    operator: Person, errand: Errand, django_assert_max_num_queries: Any
) -> None:
    for _ in range(60):
        queue_errand(now=EPOCH)

    with django_assert_max_num_queries(8):
        page(operator, LIST)
