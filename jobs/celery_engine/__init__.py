"""Carries jobs out through Celery (`JOB_ENGINE=celery`), for more than one machine.

The rows of jobs/models.py stay the truth. A message only says that there is work; its task claims whichever job is due
next, by the same fair claim as the worker that polls, and runs it. A lost or repeated message is therefore harmless.

- app: the Celery application, its settings, and the task.
- sending: sends messages in a thread of its own, so that no request waits for the broker.
- serving: what a worker process does beside its tasks: leases, periodic work, the sweep for lost messages.
"""
