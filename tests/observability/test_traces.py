"""Traces of a running API and worker, as a receiver of OpenTelemetry gets them."""

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.observability.house import KEY, PARENT, PLANTED, TRACE, collecting, eventually, house

pytestmark = pytest.mark.slow


def test_one_trace_leads_from_the_request_over_the_job_to_the_channel_and_the_receiver() -> None:
    with collecting() as collector, house(TRACES_URL=collector.url, OTEL_BSP_SCHEDULE_DELAY="200") as at:
        at.onboard()
        with at.working():
            spans = eventually(lambda: complete(collector.spans()))
        asked = {
            (method, path): headers
            for (method, path), headers in zip(at.channel.asked, at.channel.headers, strict=False)
        }

    ours = [span for span in spans if span.trace_id.hex() == TRACE]
    by_name = {span.name: span for span in ours}
    request = by_name["POST create_account"]
    assert request.parent_span_id.hex() == PARENT
    verified = next(each for each in ours if each.name == "direct GET /account")
    assert verified.parent_span_id == request.span_id
    job = by_name["job sync_account"]
    assert job.parent_span_id == request.span_id
    listings = by_name["direct GET /listings"]
    assert listings.parent_span_id == job.span_id
    assert attributes(listings)["http.response.status_code"] == 200
    assert attributes(request)["partners.operation"] == "create_account"
    assert attributes(job)["partners.job.outcome"] == "succeeded"

    sent = asked["GET", "/v1/account"]["traceparent"]
    assert sent == f"00-{TRACE}-{verified.span_id.hex()}-01"
    delivery = next(headers for (_, path), headers in asked.items() if path.startswith("/hook"))
    assert delivery["traceparent"].split("-")[1] in {span.trace_id.hex() for span in spans}

    raw = b"".join(collector.raw).lower()
    assert PLANTED.encode() not in raw
    assert not [secret for secret in (*at.secrets, KEY) if secret.encode().lower() in raw]


def test_callers_do_not_decide_how_much_is_recorded() -> None:
    with collecting() as collector, house(TRACES_URL=collector.url, TRACES_SHARE="0") as at:
        at.onboard()
        assert at.channel.headers[0]["traceparent"] == f"00-{TRACE}-{at.channel.headers[0]['traceparent'][36:52]}-00"

    assert collector.spans() == []


def test_a_receiver_that_is_away_changes_no_answer() -> None:
    with house(TRACES_URL="http://127.0.0.1:9") as at:
        at.onboard()


def complete(spans: list[Span]) -> list[Span]:
    names = {span.name for span in spans}
    return spans if {"job sync_account", "direct GET /listings", "webhooks POST"} <= names else []


def attributes(span: Span) -> dict[str, object]:
    return {each.key: each.value.int_value or each.value.string_value for each in span.attributes}
