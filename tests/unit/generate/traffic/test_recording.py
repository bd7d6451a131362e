"""Requests of recordings: what of them is masked, and the cookies that the run added."""

from arazzo_runner.generate.traffic.credentials import cookies_of, credentials_of, set_cookies
from arazzo_runner.generate.traffic.recording import recorded_traffic
from arazzo_runner.openapi.message import HttpRequest, HttpResponse
from arazzo_runner.recording.model import RecordedExchange, Recording

OPERATION = ("shop", "POST", "/orders")


def test_masked_cookies_are_set_and_sent_and_are_no_credentials() -> None:
    request = HttpRequest("POST", "https://shop.example/orders")
    login = HttpResponse(200, (("Set-Cookie", "***"),), b"")
    order = HttpResponse(201, (), b"", sent_headers=(("Host", "shop.example"), ("Cookie", "***")))
    exchanges = [
        RecordedExchange("order/login#1@1", OPERATION, request, login),
        RecordedExchange("order/create#1@1", OPERATION, request, order),
    ]
    first, second = recorded_traffic(Recording("orders.arazzo.yaml", exchanges)).calls
    assert [*set_cookies(first)] == ["***"]
    assert [*cookies_of(first)] == []
    assert [*cookies_of(second)] == [("***", "***")]
    assert [*credentials_of(second)] == []
    assert second.request.headers == (("Cookie", "***"),)
