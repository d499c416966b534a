"""Background work: rows that say what is to be done, and workers that take them.

A job row is both the queue and the truth. A task queue beside it would be a second state machine that has to
agree with the first after every crash; one table has one answer to "is it done, who does it, until when".
Workers poll the table with one indexed query (`WORKER_POLL_SECONDS`).

- queue: a service enqueues, in the transaction of the change that causes the work.
- worker: takes a due job under a lease, runs its handler, records how it ended.
- running: what a handler is given, and what it raises to be tried again or given up.
- periodic: what is enqueued by the clock.
"""
