"""``[sources.NAME]``: how the description of a source is read."""

import pickle

import click
import pytest

from arazzo_runner.cli.options.profiles import NO_PROFILE, Profile
from arazzo_runner.cli.options.source_tables import source_headers, source_tls
from arazzo_runner.errors import UsageError
from arazzo_runner.http.settings import SourceTls


@pytest.fixture(autouse=True)
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEY", "k\n")

    def write(text):
        (tmp_path / "arazzo.toml").write_text(text)

    write("")
    return write


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ('headers = { X-A = "1", X-B = { env = "KEY" } }', (("X-A", "1"), ("X-B", "k"))),
        ('headers = { X-A = { command = "printf c" } }', (("X-A", "c"),)),
        ('scheme = "login"', (("Authorization", "Bearer t"),)),
        ('scheme = "user"', (("Authorization", "Basic bWU6"),)),
        ('scheme = "login"\nheaders = { authorization = "mine" }', (("authorization", "mine"),)),
        ("", ()),
    ],
)
def test_header_fields(config, text, headers):
    config(f"[sources.shop]\n{text}")
    variables = {
        "ARAZZO_AUTH_SHOP_LOGIN_TOKEN": "t",
        "ARAZZO_AUTH_SHOP_USER_USERNAME": "me",
        "ARAZZO_AUTH_SHOP_USER_PASSWORD": "",
    }
    tables = pickle.loads(pickle.dumps(source_headers(variables, NO_PROFILE)))
    assert dict(tables) == {"shop": headers}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[sources]\nshop = "x"', "`shop` has to be a table: `[sources.shop]`"),
        ('[sources.shop]\nheader = "x"', "`[sources.shop]` has no key `header`"),
        ('[sources.shop]\nheaders = "x"', "has to be a table of names and values"),
        ("[sources.shop]\nscheme = 1", "has to be the name of a security scheme"),
        ("[sources.shop]\nheaders = { X-A = 1 }", "`X-A` of `[sources.shop]` has to be a text"),
        ('[sources.shop]\nheaders = { X-A = { env = "A", b = "" } }', "has to be a text"),
        ('[sources.shop]\nheaders = { Host = "a" }', "`Host` is set by the connection only"),
    ],
)
def test_tables_that_cannot_be_meant(config, text, why):
    config(text)
    with pytest.raises(click.UsageError) as caught:
        dict(source_headers({}, NO_PROFILE))
    assert why in caught.value.message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('headers = { X-A = { env = "NONE" } }', "`NONE`, the value of the header `X-A`"),
        ('scheme = "login"', "`scheme` of `[sources.shop]` has no credentials"),
    ],
)
def test_what_is_not_set_matters_where_it_is_needed(config, text, why):
    config(f"[sources.shop]\n{text}")
    tables = source_headers({}, NO_PROFILE)
    assert (list(tables), len(tables), tables.get("bank", ())) == (["shop"], 1, ())
    with pytest.raises(UsageError) as caught:
        tables["shop"]
    assert why in caught.value.diagnostics[0].message


def test_no_tables():
    assert source_headers({}, NO_PROFILE) == {}


def test_tables_of_a_profile_win_key_by_key(config):
    config('[sources.shop]\nheaders = { X-A = "1" }\nscheme = "login"\n[sources.far]\n')
    profile = Profile(
        "staging", sources={"shop": {"headers": {"X-B": "2"}}, "new": {"headers": {"X-C": "3"}}}
    )
    tables = source_headers({"ARAZZO_AUTH_SHOP_LOGIN_TOKEN": "t"}, profile)
    assert dict(tables) == {
        "shop": (("Authorization", "Bearer t"), ("X-B", "2")),
        "far": (),
        "new": (("X-C", "3"),),
    }


def test_a_table_of_a_profile_is_named_where_it_stands(config):
    profile = Profile("staging", sources={"shop": {"header": "x"}})
    with pytest.raises(click.UsageError, match=r"`\[profiles.staging.sources.shop\]` has no key"):
        source_headers({}, profile)


@pytest.mark.parametrize(
    ("text", "tls"),
    [
        ('cert = "c.pem"', SourceTls(cert="c.pem")),
        ('cacert = "ca.pem"\nkey = "k"', SourceTls(cacert="ca.pem", key="k")),
        ('cert = "c"\nkey-password = "p"', SourceTls(cert="c", key_password="p")),
        ('cert = "c"\nkey-password = { env = "KEY" }', SourceTls(cert="c", key_password="k")),
        ('key-password = { command = "printf w" }', SourceTls(key_password="w")),
    ],
)
def test_certificates(config, text, tls):
    config(f"[sources.shop]\n{text}\n[sources.plain]\nscheme = 'login'")
    found = source_tls({}, NO_PROFILE)
    assert dict(found) == {"shop": tls}
    assert ("shop" in found, "plain" in found, len(found)) == (True, False, 1)
    assert found.certified() == ({"shop"} if tls.cert else set())


def test_a_password_that_is_not_set_is_an_error_where_it_is_needed(config):
    config('[sources.shop]\ncert = "c"\nkey-password = { env = "NOT_SET" }')
    found = source_tls({}, NO_PROFILE)
    assert found.certified() == {"shop"}
    with pytest.raises(UsageError, match="`NOT_SET`, the value of `key-password` of"):
        found["shop"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cert = 1", "`cert` of `[sources.shop]` has to be the path of a file"),
        ("key-password = 1", "`key-password` of `[sources.shop]` has to be"),
    ],
)
def test_certificates_that_cannot_be_meant(config, text, message):
    config(f"[sources.shop]\n{text}")
    with pytest.raises(click.UsageError) as raised:
        source_tls({}, NO_PROFILE)
    assert message in raised.value.message


def test_a_profile_wins_key_by_key(config):
    config('[sources.shop]\ncert = "a"\nkey = "k"')
    profile = Profile("p", sources={"shop": {"cert": "b"}})
    assert source_tls({}, profile)["shop"] == SourceTls(cert="b", key="k")
