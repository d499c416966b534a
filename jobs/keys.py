"""The key of a job: its kind and the id of its subject. At most one live job has a given key."""

from django.db.models import CharField, Expression, F, OuterRef, Value
from django.db.models.functions import Cast, Concat


def key_of(kind: str, subject_id: int) -> str:
    """The key for work on one subject: `sync_account:12` for the sync of account 12."""
    return f"{kind}:{subject_id}"


def key_expression(kind: str, subject_id: F | OuterRef) -> Expression:
    """`key_of` as an SQL expression, which finds the jobs of the rows of a query."""
    return Concat(Value(f"{kind}:"), Cast(subject_id, CharField()), output_field=CharField())
