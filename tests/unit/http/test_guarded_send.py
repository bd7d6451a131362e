"""Senders as far as a document may reach, also where a proxy alone learns the address."""

import pytest

from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.http.address_guard import document_policy, user_policy
from arazzo_runner.http.guarded_send import GuardedSenders
from arazzo_runner.http.network import BlockingNetwork
from arazzo_runner.http.origin import Origin
from arazzo_runner.http.settings import HttpSettings

USER = user_policy(allow_http=False)
STRANGER = document_policy(allow_http=False, allow_net=False)


@pytest.fixture
def senders():
    return GuardedSenders(HttpSettings(proxy="http://127.0.0.1:9"), BlockingNetwork(), {})


@pytest.mark.parametrize(
    ("reach", "scheme", "host", "message"),
    [
        (STRANGER, "https", "example.com", "cannot be checked through a proxy"),
        (STRANGER, "https", "10.0.0.1", "10.0.0.1"),
        (USER, "http", "example.com", "is not encrypted"),
        (USER, "https", "169.254.169.254", "169.254.169.254"),
    ],
)
def test_through_a_proxy_what_cannot_be_judged_is_refused(senders, reach, scheme, host, message):
    with pytest.raises(RetrieveError, match=message):
        senders.to(Origin(scheme, host, 443), reach)


def test_through_a_proxy_goes_what_is_within_reach(senders):
    assert senders.to(Origin("https", "example.com", 443), USER)


def test_what_one_may_reach_is_no_connection_of_another(senders):
    """A connection that is kept was judged once, by the reach of whoever opened it."""
    origin = Origin("https", "example.com", 443)
    senders.to(origin, USER)
    with pytest.raises(RetrieveError, match="cannot be checked"):
        senders.to(origin, STRANGER)
