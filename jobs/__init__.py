"""Background work: jobs as database rows, and workers that run them.

The table of jobs is the queue and the only record of their state. With a separate task queue, two states would have
to be reconciled after every crash. Workers poll the table with one indexed query (`WORKER_POLL_SECONDS`).

- queue: services enqueue a job in the transaction of the change that causes it.
- worker: takes a due job under a lease, runs its handler and records the result.
- running: the job as its handler sees it, and the exceptions for a retry or for a permanent failure.
- periodic: enqueues the jobs that are due at regular intervals.
"""
