"""Kafka against the mock cluster of librdkafka."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trustme
from msgspec.structs import replace

from arazzo_runner.messaging.connection import Connection
from arazzo_runner.messaging.model import (
    BrokerCredentials,
    BrokerError,
    Delivery,
    Endpoint,
    OutgoingMessage,
    Subscription,
)
from arazzo_runner.messaging.protocols import kafka
from arazzo_runner.messaging.protocols.kafka import connect
from brokers.inbox import Inbox
from brokers.kafka import MockCluster, kafka_cluster, login_gate
from brokers.kinds import PASSWORD, USER


@pytest.fixture(scope="module")
def cluster() -> Iterator[MockCluster]:
    with kafka_cluster() as started:
        for topic in ("orders", "shop.1.paid", "shop.2.paid", "shop.2.open"):
            started.make_topic(topic)
        yield started


def endpoint(cluster: MockCluster, **changes: Any) -> Endpoint:
    return Endpoint(
        **{
            "name": "log",
            "protocol": "kafka",
            "protocol_version": None,
            "host": cluster.host,
            "port": cluster.port,
        }
        | changes
    )


@asynccontextmanager
async def connected(where: Endpoint) -> AsyncIterator[tuple[Connection, Inbox]]:
    inbox = Inbox()
    connection = await connect(where, inbox)
    try:
        yield connection, inbox
    finally:
        async with asyncio.timeout(5):  # generous: it is bound to a second
            await connection.close()
            await connection.close()


class Stopping:
    """A client of the library whose own task was cancelled, or that does not end."""

    def __init__(self, *, hangs: bool) -> None:
        self.hangs = hangs
        self.calls = 0

    async def stop(self) -> None:
        self.calls += 1
        if self.hangs:
            await asyncio.sleep(60)
        raise asyncio.CancelledError


@pytest.mark.parametrize("hangs", [True, False])
def test_client_that_does_not_stop(hangs: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever closes a connection goes on."""
    monkeypatch.setattr(kafka, "_GOODBYE", 0.01)
    client: Any = Stopping(hangs=hangs)

    async def main() -> str:
        async with asyncio.timeout(30):
            await kafka._stop(client)
        return "went on"

    assert (asyncio.run(main()), client.calls) == ("went on", 1)


Work = Callable[[Connection, Inbox], Awaitable[Any]]


def run(cluster: MockCluster, work: Work, **changes: Any) -> Any:
    async def main() -> Any:
        async with connected(endpoint(cluster, **changes)) as (connection, inbox):
            return await work(connection, inbox)

    return asyncio.run(main())


async def failure(work: Awaitable[Any]) -> BrokerError:
    with pytest.raises(BrokerError) as caught:
        await work
    assert PASSWORD not in str(vars(caught.value))
    return caught.value


def test_messages_of_all_partitions_from_the_end_on(cluster: MockCluster) -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("orders"))
        for key in "abcdefgh":
            cluster.send("orders", key.encode(), key, headers={"requestId": "é", "none": None})
        headers = (("requestId", "é"), ("none", ""))
        got = [await inbox.delivery() for _ in range(8)]
        assert {one.payload for one in got} == {key.encode() for key in "abcdefgh"}
        assert got[0] == Delivery("orders", got[0].payload, headers)
        assert inbox.is_empty

    run(cluster, work)


def test_what_is_sent(cluster: MockCluster) -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("orders"))
        headers = (("requestId", "ü1"), ("content-type", "application/json"))
        await connection.publish(OutgoingMessage("orders", b"{}", headers))
        assert await inbox.delivery() == Delivery("orders", b"{}", headers, "application/json")
        cluster.send("orders", None, "deleted")
        assert await inbox.delivery() == Delivery("orders", b"")

    run(cluster, work)


def test_messages_of_a_key_have_one_partition(cluster: MockCluster) -> None:
    from confluent_kafka import Consumer

    binding = {"kafka": {"key": {"type": "string", "const": "customer-7"}}}

    async def work(connection: Connection, inbox: Inbox) -> None:
        for number in range(3):
            payload = b"%d" % number
            await connection.publish(OutgoingMessage("keyed", payload, message=binding))

    cluster.make_topic("keyed")
    run(cluster, work)
    servers = f"{cluster.host}:{cluster.port}"
    settings = {"bootstrap.servers": servers, "group.id": "g", "auto.offset.reset": "earliest"}
    consumer = Consumer(settings | {"log_level": 0})
    consumer.subscribe(["keyed"])
    records = [consumer.poll(20) for _ in range(4)]
    consumer.close()
    keyed = [one for one in records if one is not None and one.key() is not None]
    assert [one.value() for one in keyed] == [b"0", b"1", b"2"]
    assert {one.key() for one in keyed} == {b"customer-7"}
    assert len({one.partition() for one in keyed}) == 1


def test_topics_by_a_pattern_and_by_the_binding(cluster: MockCluster) -> None:
    named = {"kafka": {"topic": "shop.2.open"}}

    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("shop.{id}.paid"))
        await connection.subscribe(Subscription("opened", named))
        cluster.send("shop.1.paid", b"1")
        assert await inbox.entry() == (
            Subscription("shop.{id}.paid"),
            Delivery("shop.1.paid", b"1"),
        )
        await connection.publish(OutgoingMessage("opened", b"2", channel=named))
        assert await inbox.entry() == (Subscription("opened", named), Delivery("opened", b"2"))
        cluster.send("shop.2.paid", b"3")
        assert await inbox.delivery() == Delivery("shop.2.paid", b"3")

    run(cluster, work)


def test_what_cannot_be_sent_or_received(cluster: MockCluster) -> None:
    async def work(connection: Connection, inbox: Inbox) -> list[str]:
        reasons = [
            await failure(connection.publish(OutgoingMessage("orders", b"123456"))),
            await failure(connection.publish(OutgoingMessage("nowhere", b"1"))),
            await failure(connection.subscribe(Subscription("nowhere"))),
            await failure(connection.subscribe(Subscription("nowhere.{id}"))),
        ]
        return [f"{one.code}: {one.message}" for one in reasons]

    label = f"kafka://{cluster.host}:{cluster.port}"
    assert run(cluster, work, max_message=5) == [
        "limit: the message to `orders` has 6 bytes; the limit is 5",
        f"refused: there is no topic `nowhere` at `{label}`",
        f"refused: there is no topic `nowhere` at `{label}`",
        f"refused: there is no topic `nowhere.{{id}}` at `{label}`",
    ]


def test_message_over_the_limit(cluster: MockCluster) -> None:
    async def work(connection: Connection, inbox: Inbox) -> None:
        await connection.subscribe(Subscription("orders"))
        cluster.send("orders", b"12345")
        assert (await inbox.delivery()).payload == b"12345"
        cluster.send("orders", b"123456")
        # It is for the hub to count; the connection goes on.
        assert (await inbox.delivery()).payload == b"123456"
        cluster.send("orders", b"1" * 200_000)
        assert len((await inbox.delivery()).payload) == 200_000
        cluster.send("orders", b"1")
        assert (await inbox.delivery()).payload == b"1"
        assert inbox.is_empty

    run(cluster, work, max_message=5)


def test_cluster_that_is_down() -> None:
    with kafka_cluster() as cluster:
        where = endpoint(cluster)
    del cluster
    reason = asyncio.run(failure(connect(where, Inbox())))
    words = f"no broker is listening at `{where.label}`: the connection was refused"
    assert (reason.code, reason.message) == ("connect", words)


def test_server_that_speaks_another_protocol() -> None:
    async def other(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def main() -> BrokerError:
        async with await asyncio.start_server(other, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            where = Endpoint("log", "kafka", None, "127.0.0.1", port)
            return await failure(connect(where, Inbox()))

    assert asyncio.run(main()).code == "protocol"


LOGIN = BrokerCredentials(USER, PASSWORD)


@pytest.mark.parametrize("mechanism", ["", "PLAIN", "SCRAM-SHA-256"])
def test_login(mechanism: str, cluster: MockCluster, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    known = BrokerCredentials(USER, PASSWORD, mechanism=mechanism)

    async def main() -> None:
        async with login_gate(cluster, USER, PASSWORD) as port:
            where = endpoint(cluster, port=port, credentials=known)
            async with connected(where) as (connection, inbox):
                await connection.subscribe(Subscription("orders"))
                await connection.publish(OutgoingMessage("orders", b"1"))
                assert (await inbox.delivery()).payload == b"1"

    asyncio.run(main())
    assert not [one for one in caplog.records if one.name.startswith("aiokafka")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "wrong-95"}, "does not accept the credentials"),
        (
            {"password": "wrong-95", "mechanism": "SCRAM-SHA-256"},
            "does not accept the credentials",
        ),
        (
            {"mechanism": "SCRAM-SHA-512"},
            "does not support the SASL mechanism `SCRAM-SHA-512`",
        ),
    ],
)
def test_login_that_is_refused(
    changes: dict[str, Any], words: str, cluster: MockCluster, capfd: pytest.CaptureFixture[str]
) -> None:
    known = BrokerCredentials(**{"username": USER, "password": PASSWORD} | changes)

    async def main() -> None:
        async with login_gate(cluster, USER, PASSWORD) as port:
            where = endpoint(cluster, port=port, credentials=known)
            reason = await failure(connect(where, Inbox()))
            assert (reason.code, reason.message) == ("credentials", f"`{where.label}` {words}")
            assert "wrong-95" not in str(vars(reason))

    asyncio.run(main())
    assert capfd.readouterr().err == ""


def test_cluster_that_is_lost(cluster: MockCluster) -> None:
    async def main() -> None:
        async with login_gate(cluster, USER, PASSWORD) as port:
            where = endpoint(cluster, port=port, credentials=LOGIN)
            opened = connected(where)
            connection, inbox = await opened.__aenter__()
            await connection.subscribe(Subscription("orders"))
        reason = await inbox.loss()
        words = f"the connection to `{where.label}` was lost"
        assert (reason.code, reason.message) == ("connect", words)
        # Whatever the library still tries, and however long: what is lost stays lost.
        assert await failure(connection.publish(OutgoingMessage("orders", b"1"))) is reason
        await opened.__aexit__(None, None, None)

    asyncio.run(main())


def test_cluster_with_tls(cluster: MockCluster) -> None:
    issuer = trustme.CA()
    server, trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    issuer.issue_cert("127.0.0.1").configure_cert(server)
    issuer.configure_trust(trust)

    async def main() -> None:
        async with login_gate(cluster, USER, PASSWORD, server) as port:
            where = endpoint(
                cluster, protocol="kafka-secure", port=port, credentials=LOGIN, tls=trust
            )
            async with connected(where) as (connection, inbox):
                await connection.subscribe(Subscription("orders"))
                await connection.publish(OutgoingMessage("orders", b"1"))
                assert (await inbox.delivery()).payload == b"1"
            untrusted = replace(where, tls=ssl.create_default_context())
            assert (await failure(connect(untrusted, Inbox()))).code == "tls"

    asyncio.run(main())


def test_a_token_is_shown_by_oauthbearer(cluster: MockCluster) -> None:
    """Neither the cluster nor the gate knows the mechanism: what the library gets is looked at."""
    where = endpoint(cluster, credentials=BrokerCredentials(token="t"), tls=None)
    settings = kafka._settings(where)
    assert settings["security_protocol"] == "SASL_PLAINTEXT"
    assert settings["sasl_mechanism"] == "OAUTHBEARER"
    assert asyncio.run(settings["sasl_oauth_token_provider"].token()) == "t"
    secured = replace(where, tls=ssl.create_default_context())
    assert kafka._settings(secured)["security_protocol"] == "SASL_SSL"
