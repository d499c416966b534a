"""Traces with OpenTelemetry: a span for each request, each turn of a job, and each request to a channel or receiver.

A job's spans belong to the trace of the request or job that queued it, also when it is tried again. Imported only if
TRACES_URL is set. Spans have ids of ours and names of operations, but no paths, headers, bodies and texts of others.
"""

import time
from typing import Any

from django_guid import get_guid
from opentelemetry import context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from connectors import observing as channels
from jobs import observing as jobs
from partners.environment import Environment
from partners.observability import formats, requests

SERVICE = "partners-api"
EXPORT_TIMEOUT = 5  # seconds
FAILED_TURNS = frozenset({"failed", "retried", "broken"})

_w3c = TraceContextTextMapPropagator()


def start(environment: Environment) -> None:
    """Trace this process from now on. Callers may name a trace, but how much is recorded is ours to say."""
    share = TraceIdRatioBased(environment.traces_share)
    provider = TracerProvider(
        sampler=ParentBased(share, remote_parent_sampled=share, remote_parent_not_sampled=share),
        resource=Resource.create({"service.name": SERVICE}),
    )
    exporter = OTLPSpanExporter(endpoint=f"{environment.traces_url}/v1/traces", timeout=EXPORT_TIMEOUT)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer(SERVICE)
    requests.observers.append(RequestSpans(tracer))
    jobs.register(JobSpans(tracer))
    jobs.tell_cause(current_traceparent)
    channels.register(ChannelSpans(tracer))
    formats.add_fields(current_ids)


def current_traceparent() -> str | None:
    """The W3C `traceparent` of what this thread does now."""
    carrier: dict[str, str] = {}
    _w3c.inject(carrier)
    return carrier.get("traceparent")


def current_ids() -> dict[str, str]:
    """The fields of log lines that lead to the trace."""
    found = get_current_span().get_span_context()
    return {"trace_id": f"{found.trace_id:032x}", "span_id": f"{found.span_id:016x}"} if found.is_valid else {}


class RequestSpans(requests.Observer):
    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def begins(self, asked: requests.Asked) -> None:
        parent = _w3c.extract({"traceparent": asked.request.META.get("HTTP_TRACEPARENT", "")})
        began = time.time_ns() - round(asked.waited * 1e9)
        span = self._tracer.start_span(asked.method, parent, SpanKind.SERVER, start_time=began)
        asked.notes["span"] = span, context.attach(set_span_in_context(span))

    def ended(self, asked: requests.Asked) -> None:
        span, token = asked.notes["span"]
        context.detach(token)
        span.update_name(f"{asked.method} {asked.operation}")
        attributes = {
            "http.request.method": asked.method,
            "http.route": asked.route,
            "http.response.status_code": asked.status,
            "partners.request_id": get_guid() or "",
            "partners.operation": asked.operation,
            "partners.application_id": asked.application_id,
        }
        _end(span, attributes, failed=asked.status >= 500)


class JobSpans(jobs.Observer):
    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def begins(self, turn: jobs.Turn) -> None:
        parent = _w3c.extract({"traceparent": turn.job.traceparent or ""})
        span = self._tracer.start_span(f"job {turn.job.kind}", parent, SpanKind.CONSUMER)
        turn.notes["span"] = span, context.attach(set_span_in_context(span))

    def ended(self, turn: jobs.Turn) -> None:
        span, token = turn.notes["span"]
        context.detach(token)
        attributes = {
            "partners.job.kind": turn.job.kind,
            "partners.job.id": turn.job.id,
            "partners.job.attempt": turn.job.attempts,
            "partners.job.outcome": turn.outcome,
            "partners.account_id": turn.job.party.account_id or None,
        }
        _end(span, attributes, failed=turn.outcome in FAILED_TURNS)


class ChannelSpans(channels.Observer):
    """Sends `traceparent` along, so that a channel or a receiver of events can name our trace."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def begins(self, exchange: channels.Exchange) -> None:
        name = f"{exchange.channel} {exchange.method} {exchange.path}".rstrip()
        exchange.notes["span"] = span = self._tracer.start_span(name, kind=SpanKind.CLIENT)
        _w3c.inject(exchange.headers, set_span_in_context(span))

    def ended(self, exchange: channels.Exchange) -> None:
        attributes = {
            "http.request.method": exchange.method,
            "http.response.status_code": exchange.status,
            "server.address": exchange.host,
            "error.type": exchange.failure or None,
            "partners.channel": exchange.channel,
            "partners.attempt": exchange.attempt,
        }
        _end(exchange.notes["span"], attributes, failed=exchange.is_failure)


def _end(span: Span, attributes: dict[str, Any], *, failed: bool) -> None:
    span.set_attributes({name: value for name, value in attributes.items() if value is not None})
    if failed:
        span.set_status(Status(StatusCode.ERROR))
    span.end()
