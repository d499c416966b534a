from datetime import timedelta

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        from jobs.announcing import prepare
        from jobs.handlers import register
        from jobs.pruning import prune_jobs, purge_audit

        prepare()
        register("prune_jobs", prune_jobs, every=timedelta(days=1))
        register("purge_audit", purge_audit, every=timedelta(days=1))
