"""Answers are compressed if the client accepts it and the answer is large enough."""

import gzip
import json

from tests.factories import ListingFactory, UserFactory
from tests.partner import Partner


def test_a_page_is_compressed_if_the_client_accepts_gzip(partner: Partner) -> None:
    ListingFactory.create_batch(10, owner=UserFactory(application=partner.application))

    plain = partner.client.get("/api/v1/listings/", headers={"authorization": f"Bearer {partner.token}"})
    packed = partner.client.get(
        "/api/v1/listings/", headers={"authorization": f"Bearer {partner.token}", "accept-encoding": "gzip"}
    )

    assert packed["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)) == json.loads(plain.content)
    assert len(packed.content) < len(plain.content) / 3
    assert "Content-Encoding" not in plain
    assert {"Accept", "Accept-Encoding"} <= set(plain["Vary"].split(", "))


def test_a_small_answer_is_not_compressed(partner: Partner) -> None:
    response = partner.client.get(
        "/api/v1/listings/", headers={"authorization": f"Bearer {partner.token}", "accept-encoding": "gzip"}
    )

    assert "Content-Encoding" not in response
