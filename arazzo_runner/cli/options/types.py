"""Types of flags: durations, sizes, counts, `NAME=VALUE`, servers, folders."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from arazzo_runner.cli.options.profiles import merge_profile_pairs, profile_of
from arazzo_runner.openapi.servers import is_server_name
from arazzo_runner.options.model import TypedDuration
from arazzo_runner.report.secret_names import without_user

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_BYTES = {
    "": 1,
    "b": 1,
    "kb": 1_000,
    "mb": 1_000_000,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
}
_LARGEST: Final = 1 << 40
_SOURCE_NAME: Final = re.compile(r"[\w.-]+")


class DurationParam(click.ParamType[float]):
    """``500ms``, ``2s``, ``1m``, ``1h``, ``1d``: seconds as a number, at most ``longest``.

    No time at all is a value only where ``least`` is 0.
    """

    name = "duration"

    def __init__(self, least: float = 0.001, longest: str = "1000h") -> None:
        self._least = least
        self._longest = longest

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Turn the text into seconds, or fail with the forms that are understood."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)\s*(ms|s|m|h|d)", str(value).strip())
        if match is None:
            self.fail(
                f"`{value}` is not a duration; write a number and a unit, such as `500ms` or `2s`",
                param,
                ctx,
            )
        seconds = float(match[1]) * _SECONDS[match[2]]
        longest = float(self._longest[:-1]) * _SECONDS[self._longest[-1]]
        if not self._least <= seconds <= longest:
            least = "1ms" if self._least else "0s"
            self.fail(f"`{value}` is not between `{least}` and `{self._longest}`", param, ctx)
        return seconds


class RateParam(click.ParamType[float]):
    """``5/s``, ``0.5/s``, ``100/m``: requests a second."""

    name = "rate"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Turn the text into a number, or fail with the forms that are understood."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)/(s|m|h)", str(value).strip())
        rate = float(match[1]) / _SECONDS[match[2]] if match else 0.0
        if rate <= 0:
            message = (
                f"`{value}` is not a rate; write a number and a time, such as `5/s` or `100/m`"
            )
            self.fail(message, param, ctx)
        return rate


class SizeParam(click.ParamType[int]):
    """``500``, ``64KiB``, ``10MB``: bytes as an integer, at most 1 TiB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Turn the text into bytes, or fail with the forms that are understood."""
        match = re.fullmatch(r"([0-9]{1,15})\s*([a-z]*)", str(value).strip().lower())
        if match is None or match[2] not in _BYTES:
            self.fail(
                f"`{value}` is not a size; write bytes or a unit, such as `64KiB` or `10MB`",
                param,
                ctx,
            )
        size = int(match[1]) * _BYTES[match[2]]
        if not 1 <= size <= _LARGEST:
            self.fail(f"`{value}` is not between 1 byte and `1024GiB`", param, ctx)
        return size


class CountParam(click.ParamType[int]):
    """A whole number from ``least`` to ``most``."""

    name = "count"

    def __init__(self, least: int, most: int = 1_000_000_000) -> None:
        self._least = least
        self._most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Turn the text into a number, or fail with what is expected."""
        text = str(value).strip()
        is_number = re.fullmatch(r"[0-9]{1,10}", text) is not None
        if not is_number or not self._least <= int(text) <= self._most:
            self.fail(
                f"`{value}` is not a whole number from {self._least} to {self._most:,}",
                param,
                ctx,
            )
        return int(text)


class TextParam(click.ParamType[str]):
    """A text; several of them stand on lines of their own in an environment variable."""

    name = "text"
    envvar_list_splitter = "\n"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take the text as it is."""
        if not isinstance(value, str):
            self.fail(f"`{value}` is not text", param, ctx)
        return value


RATE: Final = RateParam()
SIZE = SizeParam()
TEXT = TextParam()


def parse_pairs(
    meaning: str,
) -> Callable[[click.Context, click.Parameter, tuple[str, ...]], dict[str, str]]:
    """Read repeated ``NAME=VALUE`` into a dict."""

    def read(_ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
        for text in texts:
            if not text.partition("=")[1] or text.startswith("="):
                raise click.BadParameter(f"`{text}` is not {meaning}", param=param)
        return {name: value for name, _, value in (text.partition("=") for text in texts)}

    return read


def parse_rates(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, float]:
    """Read repeated ``[SOURCE=]N/s``: requests a second by source, of all together for ``""``."""
    pairs = (text.rpartition("=") for text in texts)
    return {name: RATE.convert(value, param, ctx) for name, _, value in pairs}


def parse_saved(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    """Read repeated ``[WORKFLOW/]STEP.OUTPUT=FILE``: paths by outputs, each path once."""
    pairs = parse_pairs("[WORKFLOW/]STEP.OUTPUT=FILE")(ctx, param, texts)
    for path in pairs.values():
        if [*pairs.values()].count(path) > 1:
            raise click.BadParameter(f"two outputs cannot both go to `{path}`", param=param)
    return pairs


def parse_step_durations(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, float]:
    """Read repeated ``[WORKFLOW/]STEP=T``: seconds by the name of the step."""
    pairs = parse_pairs("[WORKFLOW/]STEP=DURATION, such as `getPet=2s`")(ctx, param, texts)
    return {
        name: TypedDuration(DurationParam().convert(text, param, ctx), text)
        for name, text in pairs.items()
    }


def parse_servers(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    """Read repeated ``[SOURCE=]URL``, with those of the profile."""
    own = profile_of(ctx).servers
    return merge_profile_pairs(ctx, param, _urls(param, texts), lambda: _urls(param, own))


def parse_server_variables(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    """Read repeated ``NAME=VALUE``, with those of the profile."""
    read = parse_pairs("NAME=VALUE")
    own = profile_of(ctx).variables
    return merge_profile_pairs(ctx, param, read(ctx, param, texts), lambda: read(ctx, param, own))


def _urls(param: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """The URLs by source; the URL for all sources stands under the empty name."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, url = text.partition("=")
        if not equals or not _SOURCE_NAME.fullmatch(name):
            name, url = "", text
        # Of channels there are other protocols: what serves an API is known with its description.
        is_url = url.lower().startswith(("http://", "https://")) or (
            "://" in url and (name or _is_broker_url(url))
        )
        if not is_url and not is_server_name(url):
            from arazzo_runner.report.secrets import URL_MASK

            shown = URL_MASK.text(without_user(url))
            message = f"`{shown}` is not an http or https URL; write the whole URL, such as `http://{shown}`"
            raise click.BadParameter(message, param=param)
        found[name] = url
    return found


def _is_broker_url(url: str) -> bool:
    """Whether a URL can only be meant for channels."""
    from arazzo_runner.messaging.protocols.registry import is_supported

    return is_supported(url.partition("://")[0].lower())


def check_folders(
    ctx: click.Context, param: click.Parameter, named: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse a typed folder that is none; one of the configuration may serve other places."""
    typed = ctx.get_parameter_source(str(param.name)) is ParameterSource.COMMANDLINE
    for folder in named if typed else ():
        if not Path(folder).is_dir():
            raise click.BadParameter(f"there is no folder `{folder}`", param=param)
    return named
