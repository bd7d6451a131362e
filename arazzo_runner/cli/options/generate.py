"""`--generate NAME=KIND`, with the table `generate` of `arazzo.toml`, and `--seed`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from arazzo_runner.pipeline.generation import Generation

_KEY: Final = "arazzo.generate"
_SEED: Final = "arazzo.seed"
_TYPED: Final = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)


def parse_generate(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    """Read repeated ``NAME=KIND``; what is typed is added to the table of the configuration."""
    name = param.name or ""
    is_typed = ctx.get_parameter_source(name) in _TYPED
    shared = _pairs(ctx.lookup_default(name) or (), param) if is_typed else _pairs(texts, param)
    typed = _pairs(texts, param) if is_typed else {}
    ctx.meta[_KEY] = frozenset(shared.keys() - typed.keys())
    return {**shared, **typed}


def _pairs(texts: Iterable[str], param: click.Parameter) -> dict[str, str]:
    from arazzo_runner.document.generated_kind import parse_kind

    found: dict[str, str] = {}
    for text in texts:
        name, equals, kind = text.partition("=")
        if not equals or not name:
            raise click.BadParameter(
                f"`{text}` is not NAME=KIND, such as `email=email`", param=param
            )
        try:
            parse_kind(kind)
        except ValueError as reason:
            raise click.BadParameter(f"`{name}`: {reason}", param=param) from None
        found[name] = kind
    return found


def generation_of(given: Mapping[str, Any]) -> Generation:
    """What is generated for the runs of a command, all of one seed.

    Many documents may share the configuration: what it names counts where it is declared.
    """
    from arazzo_runner.pipeline.generation import Generation, new_seed

    context = click.get_current_context()
    seed = given["seed"]
    if seed is None:
        seed = context.meta.setdefault(_SEED, new_seed())
    return Generation(given["generate"], seed, shared=context.meta.get(_KEY, frozenset()))
