"""`POST /__arazzo/emit`: what arrives at a receiver, and what is said of it."""

import json
import socket

import pytest

from arazzo_runner.asyncapi.signatures import SCHEMES
from arazzo_runner.messaging.webhooks.cloudevents import to_deliveries
from arazzo_runner.messaging.webhooks.message import WebhookRequest
from arazzo_runner.messaging.webhooks.signatures import SignatureCheck
from arazzo_runner.mock_server.emit import send


def test_a_webhook(server, sink):
    sink.status, sink.body, sink.fields = 202, b'{"ok": true}', [("Content-Type", "application/json")]  # fmt: skip
    answer = server.emit(webhook="newPet", url=f"{sink.url}/hook?a=1#part")
    ((method, target, headers, body),) = sink.requests
    assert (method, target, headers["content-type"]) == ("POST", "/hook?a=1", "application/json")
    assert (headers["x-event"], headers["user-agent"]) == ("newPet", "arazzo-mock")
    assert "x-no" not in headers
    pet = json.loads(body)
    assert (type(pet["id"]), pet["name"]) == (int, "Tom")
    assert answer.status_code == 200
    said = answer.json()
    (sent,) = said.pop("sent")
    assert said == {
        "source": "shop", "webhook": "newPet", "operationId": "onNewPet", "method": "POST",
        "message": "onNewPet", "notes": [],
    }  # fmt: skip
    assert (sent["method"], sent["url"]) == ("POST", f"{sink.url}/hook?a=1")
    assert (sent["body"], sent["response"]["status"]) == ({"json": pet}, 202)
    assert sent["response"]["body"] == {"json": {"ok": True}}
    assert server.lines[0].startswith(f"emit newPet POST {sink.url}/hook?a=1 202 ")


@pytest.mark.parametrize(
    ("order", "content_type", "body", "notes"),
    [
        ({"payload": {"id": 1, "name": "Rex"}}, "application/json", b'{"id": 1, "name": "Rex"}', 0),
        ({"payload": None}, "application/json", b"null", 1),
        ({"payload": {"id": "x"}}, "application/json", b'{"id": "x"}', 1),
        ({"patch": {"id": 5}}, "application/json", b'{"id": 5, "name": "Tom"}', 0),
        ({"patch": {"id": 5, "name": None}}, "application/json", b'{"id": 5}', 1),
        ({"message": "application/x-www-form-urlencoded", "patch": {"id": 5, "name": "A B"}}, "application/x-www-form-urlencoded", b"id=5&name=A+B", 0),
        ({"payload": {}, "headers": {"content-type": "text/x"}}, "text/x", b"{}", 1),
    ],
)  # fmt: skip
def test_what_the_order_replaces(server, sink, order, content_type, body, notes):
    answer = server.emit(webhook="newPet", url=sink.url, **order).json()
    ((_, _, headers, arrived),) = sink.requests
    assert (headers["content-type"], arrived.replace(b"%20", b"+")) == (content_type, body)
    assert bool(answer["notes"]) == notes
    assert all(one.startswith("the message is not as documented: ") for one in answer["notes"])


def test_a_count_and_fields_of_the_order(server, sink):
    order = {"webhook": "newPet", "url": sink.url, "count": 3, "headers": {"X-Event": "other"}}
    assert len(server.emit(**order).json()["sent"]) == 3
    assert [headers["x-event"] for _, _, headers, _ in sink.requests] == ["other"] * 3


@pytest.mark.parametrize("method", ["get", "DELETE"])
def test_a_method(server, sink, method):
    assert server.emit(webhook="ping", url=sink.url, method=method).status_code == 200
    assert sink.requests[0][0] == method.upper()
    assert sink.requests[0][3] == b""


def test_a_signature(server, sink):
    for _ in range(2):
        assert server.emit(webhook="signed", url=f"{sink.url}/hook").status_code == 200
    names = []
    for _, _, headers, body in sink.requests:
        check = SignatureCheck(SCHEMES["standard-webhooks"], "whsec_c2VjcmV0")
        request = WebhookRequest("POST", "/hook", tuple(headers.items()), body)
        assert check.is_satisfied_by(request, "", float(headers["webhook-timestamp"]))
        names.append(headers["webhook-id"])
    assert len({*names}) == 2  # else the second is taken for the first, sent again


def test_a_field_of_the_order_goes_before_the_signature(server, sink):
    wrong = {"Webhook-Signature": "v1,AAAA"}
    server.emit(webhook="signed", url=sink.url, headers=wrong)
    assert sink.requests[0][2]["webhook-signature"] == "v1,AAAA"
    server.emit(webhook="signed", url=sink.url, sign=False)
    assert "webhook-signature" not in sink.requests[1][2]


def test_a_secret_is_masked(server, sink):
    answer = server.emit(webhook="shown", url=f"{sink.url}/s3cret-key", headers={"X-Also": "s3cret-key"})  # fmt: skip
    assert sink.requests[0][2]["x-key"] == "s3cret-key"
    assert "s3cret-key" not in answer.text + "".join(server.lines)
    assert "***" in answer.text


def test_a_secret_that_is_missing(serve, sink):
    answer = serve({}).emit(webhook="shown", url=sink.url)
    assert answer.status_code == 400
    assert "set `ARAZZO_AUTH_SHOP_KEY_KEY`" in answer.json()["detail"]
    assert sink.requests == []


@pytest.mark.parametrize(("name", "expected"), [("", "paid"), ("note", "note"), ("gone", "gone")])
def test_the_message_of_one_of_several_operations_on_a_channel(server, sink, name, expected):
    answer = server.emit(channel="orders", message=name, url=sink.url)
    assert (answer.json()["message"], answer.status_code) == (expected, 200)


# --- events ---------------------------------------------------------------------------------------


def events(sink):
    """What a receiver takes out of all requests: payloads and identities."""
    requests = [
        WebhookRequest(method, target, tuple(headers.items()), body)
        for method, target, headers, body in sink.requests
    ]
    return [one for request in requests for one in to_deliveries(request, "")]


@pytest.mark.parametrize(
    ("mode", "requests", "content_type"),
    [
        ({}, 2, "application/cloudevents+json"),
        ({"mode": "structured"}, 2, "application/cloudevents+json"),
        ({"mode": "batched"}, 1, "application/cloudevents-batch+json"),
        ({"mode": "binary"}, 2, "application/json"),
    ],
)
def test_the_modes_of_cloudevents(server, sink, mode, requests, content_type):
    for _ in range(2):
        server.emit(operationId="orderPaid", url=sink.url, correlationId="A7", count=2, **mode)
    assert len(sink.requests) == 2 * requests
    assert {headers["content-type"] for _, _, headers, _ in sink.requests} == {content_type}
    arrived = events(sink)
    assert len({one.identity for one in arrived}) == 4  # no receiver drops one of them
    for one in arrived:
        payload = json.loads(one.payload)
        data = payload if mode.get("mode") == "binary" else payload["data"]
        assert data["order"] == "A7"


def test_an_event_that_the_order_names(server, sink):
    server.emit(channel="orders", url=sink.url)
    for _ in range(2):
        server.emit(channel="orders", url=sink.url, patch={"id": "mine", "data": {"order": "B"}})
    assert [one.identity for one in events(sink)] == [
        ("/shop", "e"),
        ("/shop", "mine"),
        ("/shop", "mine"),
    ]


def test_a_batch_of_the_orders_own_events(server, sink):
    own = [{"specversion": "1.0", "id": name, "source": "/s", "type": "t"} for name in "ab"]
    answer = server.emit(channel="orders", url=sink.url, mode="batched", payload=own)
    assert [one.identity for one in events(sink)] == [("/s", "a"), ("/s", "b")]
    assert len(answer.json()["notes"]) == 1


def test_what_is_no_event_becomes_the_data_of_one(server, sink):
    server.emit(webhook="newPet", url=sink.url, mode="binary", payload={"id": 1, "name": "Rex"})
    (one,) = events(sink)
    assert (json.loads(one.payload), one.identity) == ({"id": 1, "name": "Rex"}, ("/shop", "1"))
    assert ("ce-type", "onNewPet") in one.headers


@pytest.mark.parametrize("mode", ["structured", "batched", "binary"])
def test_what_is_no_event_has_the_attributes_that_are_described(server, sink, mode):
    own = {"id": "A", "order": "A7"}
    payload = [own] if mode == "batched" else own
    for _ in range(2):
        answer = server.emit(operationId="orderPaid", url=sink.url, mode=mode, payload=payload)
        assert len(answer.json()["notes"]) == (mode == "batched")  # an array of what is described
    assert [one.identity for one in events(sink)] == [("/shop", "e"), ("/shop", "e-2")]
    for one in events(sink):
        event = json.loads(one.payload)
        if mode == "binary":
            assert (event, ("ce-type", "order.paid") in one.headers) == (own, True)
        else:
            assert (event["data"], event["type"]) == (own, "order.paid")


def test_messages_of_a_channel(server, sink):
    server.emit(channel="orders", url=sink.url, message="note")
    server.emit(channel="alone", url=sink.url)
    (first, second) = sink.requests
    assert (first[2]["content-type"], first[2]["x-kind"], first[3]) == ("text/plain", "note", b"hello")  # fmt: skip
    assert json.loads(second[3]) == [1]


def test_a_channel_with_a_payload_that_cannot_be_made(server, sink):
    order = {"webhook": "impossible", "url": sink.url}
    assert server.emit(**order).status_code == 500
    assert server.emit(**order, payload="x").status_code == 200
    assert sink.payloads == ["x"]


# --- callbacks ------------------------------------------------------------------------------------


def order_at(server, url, client="127.0.0.1", query="", **more):
    return server("POST", f"/shops/north/orders{query}", client, json={"url": url, "article": "Ball"}, **more)  # fmt: skip


def test_a_callback(server, sink):
    assert "no request that succeeded" in server.emit(callback="paid").json()["detail"]
    made = order_at(server, f"{sink.url}/cb").json()
    assert server.emit(callback="paid").status_code == 200
    assert sink.requests[0][1] == f"/cb/{made['id']}?shop=north"
    assert sink.payloads == [{"id": made["id"], "article": "Ball", "shop": "north"}]
    server.emit(operationId="onPaid", url=f"{sink.url}/other")
    assert sink.requests[1][1] == "/other"


def test_the_last_request_counts_until_the_reset(server, sink):
    order_at(server, f"{sink.url}/a")
    data = {"url": f"{sink.url}/b"}
    assert server("POST", "/shops/south/orders", data=data).status_code == 201
    server.emit(callback="paid")
    assert sink.requests[0][1].startswith("/b/")
    assert sink.requests[0][1].endswith("?shop=south")
    server("POST", "/__arazzo/reset")
    assert server.emit(callback="paid").status_code == 400


def test_an_expression_without_braces_and_one_without_a_value(server, sink):
    order_at(server, "x")
    assert "say it with `url`" in server.emit(callback="asked").json()["detail"]
    order_at(server, "x", query=f"?to={sink.url}/q")
    assert server.emit(callback="asked").status_code == 200
    assert sink.requests[0][1] == "/q"
    assert "no URL of http" in server.emit(callback="paid").json()["detail"]


@pytest.mark.parametrize(
    "sender",
    [
        {"client": "192.0.2.7"},
        {"headers": {"Origin": "https://evil.example"}},
        {"headers": {"Host": "mock.example"}},  # behind a proxy of this machine
    ],
)
def test_a_url_that_another_machine_has_named(server, sink, sender):
    order_at(server, sink.url, **sender)
    answer = server.emit(callback="paid")
    assert answer.status_code == 400
    assert "another machine or site has named it" in answer.json()["detail"]
    assert sink.requests == []
    assert server.emit(callback="paid", url=sink.url).status_code == 200


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "status", "detail"),
    [
        ({}, 400, "the body is to be"),
        ({"webhook": "newPet", "channel": "orders"}, 400, "the body is to be"),
        ({"webhook": "newpet", "url": "http://h"}, 404, "did you mean `newPet`"),
        ({"operationId": "placed", "url": "http://h"}, 404, "`onNewPet`, `onPaid`, `orderPaid`"),
        ({"channel": "queue", "url": "http://h"}, 404, "no channel that can be sent is called `queue`"),
        ({"channel": "stream", "url": "http://h"}, 404, "no channel that can be sent"),
        ({"webhook": "newPet", "source": "events", "url": "http://h"}, 404, "of `events` that can be sent is called `newPet`: there is none"),
        ({"webhook": "newPet", "method": "PUT", "url": "http://h"}, 404, "with PUT: there is none"),
        ({"webhook": "png", "method": "DELETE", "url": "http://h"}, 404, "with DELETE: did you mean `ping`?"),
        ({"webhook": "newPet"}, 400, "`url` is missing"),
        ({"channel": "orders"}, 400, "`url` is missing"),
        ({"webhook": "newPet", "url": "ftp://h/"}, 400, "no URL of http or https"),
        ({"webhook": "newPet", "url": "http://"}, 400, "no URL of http or https"),
        ({"webhook": "newPet", "url": "http://[x/"}, 400, "no URL of http or https"),
        ({"webhook": "newPet", "url": "http://h/" + "x" * 9000}, 400, "no URL of http or https"),
        ({"webhook": "newPet", "url": "http://xn--\u00df.example/"}, 400, "is not a name"),
        ({"webhook": "newPet", "url": "http://u:p@h/"}, 400, "a user name or a password"),
        ({"webhook": "newPet", "url": "http://127.0.0.1/__arazzo/emit"}, 400, "nothing is sent to `/__arazzo`"),
        ({"webhook": "newPet", "url": "http://127.0.0.1/x/..//%5f_arazzo%2Femit"}, 400, "nothing is sent to `/__arazzo`"),
        ({"channel": "orders", "url": "http://h", "mode": "batched", "payload": [1] * 101, "count": 100}, 400, "10,100 events, and the limit is 10,000"),
        ({"webhook": "newPet", "url": "http://169.254.169.254/"}, 400, "link-local"),
        ({"webhook": "newPet", "url": "http://127.0.0.1:1/"}, 502, "the connection was refused"),
        ({"webhook": "newPet", "url": "http://127.0.0.1:1/", "count": 2}, 502, "to request 1 of 2"),
        ({"webhook": "newPet", "url": "http://h", "message": "x"}, 400, "no message `x`"),
        ({"webhook": "newPet", "url": "http://h", "correlationId": "x"}, 400, "does not say where"),
        ({"webhook": "newPet", "url": "http://h", "mode": "binary", "payload": {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "data_base64": "abc"}}, 400, "padding"),
        ({"webhook": "ping", "url": "http://h", "payload": 1}, 400, "GET has no body"),
        ({"webhook": "impossible", "url": "http://h"}, 500, "no message of `impossible` could be generated"),
    ],
)  # fmt: skip
def test_orders_that_are_refused(server, order, status, detail):
    answer = server.emit(**order)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert detail in answer.json()["detail"]


def test_half_a_surrogate_pair_in_an_order(server):
    order = b'{"webhook": "\\ud800", "url": "http://h"}'
    answer = server("POST", "/__arazzo/emit", content=order)
    assert answer.status_code == 404
    assert "is called `\ud800`" in answer.json()["detail"]


def test_a_receiver_that_sends_too_much(server, sink):
    sink.status, sink.body = 200, b"x" * 2**20
    (sent,) = server.emit(webhook="newPet", url=sink.url).json()["sent"]
    assert sent["response"]["body"] == {"text": "x" * 4096}
    sink.body += b"x"
    assert server.emit(webhook="newPet", url=sink.url).status_code == 502


def test_a_receiver_that_does_not_respond(server, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(send, "SECONDS", 0.2)
        answer = server.emit(webhook="newPet", url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
    assert answer.status_code == 502
    assert "0.2 s" in answer.json()["detail"]


def test_so_many_calls_are_remembered(server, sink):
    order_at(server, f"{sink.url}/a", query=f"?to={sink.url}/q")
    known = server.runtime.emitter.calls._calls
    assert (len(known), known.maxlen) == (1, 100)
    server("POST", "/shops/north/orders", json={"url": 7})  # refused: no call
    server("GET", "/shops/north/orders")
    assert len(known) == 1


def test_a_redirect_is_not_followed(server, sink):
    sink.status, sink.fields = 302, [("Location", f"{sink.url}/elsewhere")]
    (sent,) = server.emit(webhook="newPet", url=sink.url).json()["sent"]
    assert sent["response"]["status"] == 302
    assert len(sink.requests) == 1


def test_only_this_machine_may_order(server, sink):
    order = {"webhook": "newPet", "url": sink.url}
    assert server("POST", "/__arazzo/emit", "192.0.2.7", json=order).status_code == 403
    evil = {"Origin": "https://evil.example.com"}
    assert server("POST", "/__arazzo/emit", json=order, headers=evil).status_code == 403
    large = server("POST", "/__arazzo/emit", content=b" " * (2**20 + 1))
    assert large.status_code == 413
    assert sink.requests == []


def test_what_can_be_sent(server):
    found = server("GET", "/__arazzo/emit").json()["emit"]
    assert [(one["source"], *list(one.items())[1][:2]) for one in found] == [
        ("shop", "webhook", "newPet"),
        ("shop", "webhook", "signed"),
        ("shop", "webhook", "shown"),
        ("shop", "webhook", "ping"),
        ("shop", "webhook", "ping"),
        ("shop", "webhook", "impossible"),
        ("shop", "callback", "paid"),
        ("shop", "callback", "asked"),
        ("events", "channel", "orders"),
        ("events", "channel", "orders"),
        ("events", "channel", "alone"),
    ]
