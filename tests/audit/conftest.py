from tests.jobs.conftest import clock, errand, worker

__all__ = ["clock", "errand", "worker"]
