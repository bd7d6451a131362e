"""Values of flags that say where things are: `NAME=VALUE`, servers, folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from click.core import ParameterSource

from arazzo_runner.cli.profiles import merge_profile_pairs, profile_of


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
        if not equals or "/" in name:
            name, url = "", text
        if not url.lower().startswith(("http://", "https://")):
            message = f"`{url}` is no http or https URL; write all of it, such as `http://{url}`"
            raise click.BadParameter(message, param=param)
        found[name] = url
    return found


def check_folders(
    ctx: click.Context, param: click.Parameter, named: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse a typed folder that is none; one of the configuration may serve other places."""
    typed = ctx.get_parameter_source(str(param.name)) is ParameterSource.COMMANDLINE
    for folder in named if typed else ():
        if not Path(folder).is_dir():
            raise click.BadParameter(f"there is no folder `{folder}`", param=param)
    return named
