"""Keeps answers in the database, so that all processes know them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from idempotency.models import IdempotencyKey
from jsonapi.idempotency import Answer, AnswerGone, KeyedRequest, KeyInUse, KeyReused
from oauth.encryption import Undecryptable, decrypt, encrypt

# Longer than any request takes (sync.asking.LONGEST_SECONDS). The key of a process that was killed is free after it.
LEASE = timedelta(seconds=60)


class DatabaseKeeper:
    """The keeper of the server. Each of its steps is one statement that others see at once, or one transaction."""

    def claim(self, request: KeyedRequest, *, now: datetime) -> "DatabaseClaim | Answer":
        """See jsonapi.idempotency.Keeper."""
        claim = DatabaseClaim(_digest(request), uuid4().hex)
        row = {
            "application_id": request.application_id,
            "user_id": request.user_id,
            "encrypted_fingerprint": encrypt({"sha256": _fingerprint(request)}),
            "claimed_by": claim.claimed_by,
            "leased_until": now + LEASE,
            "created_at": now,
            "answered_at": None,
            "encrypted_answer": "",
        }
        try:
            with transaction.atomic():
                IdempotencyKey.objects.create(pk=claim.pk, **row)
        except IntegrityError:
            return _repeat(request, claim, row, now)
        return claim


@dataclass(frozen=True, slots=True)
class DatabaseClaim:
    """See jsonapi.idempotency.Claim."""

    pk: str
    claimed_by: str

    def keep(self, answer: Answer, *, about_user: int | None, now: datetime) -> bool:
        kept = {"status": answer.status, "headers": dict(answer.headers), "body": answer.body.decode()}
        return bool(self._mine().update(answered_at=now, encrypted_answer=encrypt(kept), user_id=about_user))

    def release(self) -> None:
        self._mine().delete()

    def _mine(self) -> Any:
        return IdempotencyKey.objects.filter(pk=self.pk, claimed_by=self.claimed_by, answered_at=None)


def kept_for() -> timedelta:
    """The time that keys and answers are kept."""
    return timedelta(hours=settings.ENVIRONMENT.idempotency_key_hours)


def _repeat(request: KeyedRequest, claim: DatabaseClaim, row: dict[str, Any], now: datetime) -> DatabaseClaim | Answer:
    """What a request gets whose key is known: the answer, or the claim of a request that expired."""
    known = IdempotencyKey.objects.filter(pk=claim.pk).first()
    if known is None:
        raise KeyInUse("A request with this Idempotency-Key has just ended without an answer to keep.")
    if known.created_at > now - kept_for():
        if not _is_same(known, request):
            raise KeyReused("This Idempotency-Key was sent with another request. Use a new key for a new request.")
        if known.answered_at is not None:
            return _answer_of(known)
        if known.leased_until > now:
            raise KeyInUse("The first request with this Idempotency-Key is still running.")
    unchanged = IdempotencyKey.objects.filter(pk=known.pk, claimed_by=known.claimed_by, answered_at=known.answered_at)
    if not unchanged.update(**row):
        raise KeyInUse("Another request with this Idempotency-Key is running.")
    return claim


def _is_same(known: IdempotencyKey, request: KeyedRequest) -> bool:
    try:
        return bool(decrypt(known.encrypted_fingerprint)["sha256"] == _fingerprint(request))
    except Undecryptable:
        raise _gone() from None


def _answer_of(known: IdempotencyKey) -> Answer:
    if not known.encrypted_answer:
        raise _gone()
    try:
        kept = decrypt(known.encrypted_answer)
    except Undecryptable:
        raise _gone() from None
    return Answer(kept["status"], kept["headers"], kept["body"].encode())


def _gone() -> AnswerGone:
    return AnswerGone("The request with this Idempotency-Key was carried out, but its answer is no longer kept.")


def _digest(request: KeyedRequest) -> str:
    scope = f"{request.application_id}:{request.user_id or ''}:{request.operation}:{request.key}"
    return hashlib.sha256(scope.encode()).hexdigest()


def _fingerprint(request: KeyedRequest) -> str:
    return hashlib.sha256(request.content).hexdigest()
