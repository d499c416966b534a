"""Registers what observes this process, as the settings say. What is off is not imported and costs nothing."""

from connectors import observing as channels
from jobs import observing as jobs
from partners.environment import Environment
from partners.observability import exposition, lines, requests


class MetricsOfWorker(jobs.Observer):
    """Metrics begin with the worker, so that other commands count nothing. The API's begin in partners/serving."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def works(self) -> None:
        exposition.start(self._environment)


def start(environment: Environment) -> None:
    """Called once, when Django starts."""
    jobs.register(lines.JobLines())
    if environment.has_metrics:
        jobs.register(MetricsOfWorker(environment))
    if environment.access_log:
        requests.observers.append(lines.AccessLines())
        channels.register(lines.ChannelLines())
    if environment.traces_url:
        from partners.observability import traces

        traces.start(environment)  # the last, so that the lines above are written within the spans
