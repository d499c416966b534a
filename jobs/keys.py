"""The key of a job: the work and what it is about. Of all live jobs with one key there is at most one."""

from django.db.models import CharField, Expression, F, OuterRef, Value
from django.db.models.functions import Cast, Concat


def key_of(kind: str, subject_id: int) -> str:
    """`sync_account:12` for the sync of account 12."""
    return f"{kind}:{subject_id}"


def key_expression(kind: str, subject_id: F | OuterRef) -> Expression:
    """The same in SQL, to find the jobs of the rows of a query."""
    return Concat(Value(f"{kind}:"), Cast(subject_id, CharField()), output_field=CharField())
