"""Keyword arguments of a wrong name or kind are refused at once, by name."""

import threading

import pytest

import arazzo_runner as arazzo
from arazzo_runner.embed.options import RunOptions, check_options, parse_options


async def later(event) -> None:
    """Never called."""


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"timout": 3}, TypeError, "there is no option `timout`; did you mean `timeout`?"),
        ({"xyz": 3}, TypeError, "there is no option `xyz`"),
        ({"limits": {"max_steps": 3}}, TypeError, "`limits` is of the type dict, and not Limits"),
        ({"timeout": "5s"}, TypeError, "`timeout` is of the type str, and not int or float"),
        ({"timeout": 0}, ValueError, "`timeout` is 0, and not more than 0 seconds"),
        ({"secrets": "pin"}, TypeError, "`secrets` is of the type str, and not list or"),
        ({"on_event": 3}, TypeError, "`on_event` is of the type int, and not a function"),
        ({"on_event": later}, TypeError, "`on_event` is called and never awaited; use `stream`"),
        ({"cancel": True}, TypeError, "`cancel` is of the type bool, and not anything with"),
        (
            {"generate": {"a": "uid"}},
            ValueError,
            "`generate` of `a`: `uid` is no kind of generated",
        ),
        ({"max_durations": {"a": "2s"}}, ValueError, "`max_durations` has '2s' for `a`, which"),
        ({"max_durations": {"a": 0}}, ValueError, "`max_durations` has 0 for `a`, which is no"),
        ({"listen": "8085"}, arazzo.UsageError, 'error[AZ906]: `listen="8085"` is not HOST:PORT'),
        (
            {"public_url": "https://x"},
            arazzo.UsageError,
            'error[AZ906]: `public_url="https://x"` needs `listen`',
        ),
        (
            {"listen": "127.0.0.1:0", "public_url": "x"},
            arazzo.UsageError,
            'error[AZ906]: `public_url="x"` is no URL',
        ),
        ({"allow_origins": ["x"]}, ValueError, "`allow_origins` has `x`, which is no origin"),
        (
            {"check_with": "openapi"},
            ValueError,
            "`check_with` is `openapi`, and not `openapi-core`",
        ),
        (
            {"mock_cases": {"a": "418"}},
            arazzo.UsageError,
            "error[AZ906]: `mock_cases` needs `mock=True`",
        ),
        (
            {"mock_lenient": True, "mock": False},
            arazzo.UsageError,
            "error[AZ906]: `mock_lenient` needs",
        ),
        (
            {"mock_inputs": "off"},
            arazzo.UsageError,
            "error[AZ906]: `mock_inputs` needs `mock=True`",
        ),
        ({"seed": 7}, arazzo.UsageError, "error[AZ906]: `seed` needs `mock=True`"),
        (
            {"rate": "5/s"},
            TypeError,
            "`rate` is of the type str, and not int or float or RateLimit",
        ),
        ({"rate": 0}, ValueError, "`rate` is 0, and not more than 0 requests in a second"),
        ({"rate": float("nan")}, ValueError, "`rate` is nan, and not more than 0"),
        ({"checks": "fail"}, TypeError, "`checks` cannot be `fail`: it is `off`, `warn`"),
        ({"checks": {"body:listJobs": "off"}}, TypeError, "`checks` cannot be"),
        ({"checks": {"body": "off"}}, TypeError, "`checks` cannot be `{'body': 'off'}`"),
    ],
)
def test_refused(given, error, message) -> None:
    with pytest.raises(error) as raised:
        parse_options(given)
    assert str(raised.value).startswith(message)


def test_every_option_has_a_kind() -> None:
    for name in RunOptions.__annotations__:
        with pytest.raises(TypeError, match="there is no option `other`"):
            check_options({name: _fitting(name), "other": 1})


def _fitting(name: str) -> object:
    given = {
        "server": "http://x", "servers": {}, "server_variables": {}, "credentials": {}, "environment": {},
        "mock": True, "seed": 1, "mock_inputs": "on", "mock_cases": {}, "mock_lenient": True, "http": arazzo.HttpSettings(), "timeout": 0.5, "rate": 5, "limits": arazzo.Limits(),
        "checks": "off", "check_with": "openapi-core", "max_durations": {"x": 1}, "generate": {"x": "uuid"}, "input_seed": 1, "until": "x", "fail_fast": True, "allow_origins": ["http://x"], "headers": {"X-A": "1"}, "no_auth": ["all"], "named_credentials": {}, "send_invalid": ["x"], "secrets": ["x"], "show_secrets": True, "otel": True,
        "listen": "127.0.0.1:0", "public_url": "https://x", "clock": arazzo.Clock(float, float), "cancel": threading.Event(), "journal": "j", "journal_key": "env:K", "idempotency_key": "Key",
    }  # fmt: skip
    return given.get(name, print)


def test_none_counts_as_left_out() -> None:
    chosen = parse_options(dict.fromkeys(RunOptions.__annotations__))
    assert (chosen.needs_event_loop, chosen.on_event, chosen.options.servers) == (False, None, {})


@pytest.mark.parametrize(
    ("given", "checks"),
    [
        (
            "error",
            {
                "status": "error",
                "content-type": "error",
                "schema": "error",
                "headers": "error",
                "openapi-core": "error",
                "duration": "error",
            },
        ),
        (
            {"schema": "off"},
            {"status": "warn", "content-type": "warn", "schema": "off", "headers": "warn"},
        ),
        (
            {"schema:listJobs": "off"},
            {
                "status": "warn",
                "content-type": "warn",
                "schema": "warn",
                "headers": "warn",
                "schema:listJobs": "off",
            },
        ),
    ],
)
def test_checks(given, checks) -> None:
    assert parse_options({"checks": given}).options.settings.checks == checks


def test_times_and_servers() -> None:
    chosen = parse_options({"timeout": 5, "server": "http://a", "servers": {"shop": "http://b"}})
    assert chosen.http.timeout == 5
    assert chosen.http.user_agent.startswith("arazzo/")
    assert chosen.options.servers == {"": "http://a", "shop": "http://b"}


def test_defaults_of_the_mock_need_no_mock() -> None:
    unset = {"mock_cases": {}, "mock_lenient": False, "mock_inputs": "on", "seed": 0}
    assert parse_options(unset).options.mock is None
    assert parse_options({**unset, "seed": 7, "mock": True}).options.mock is not None
