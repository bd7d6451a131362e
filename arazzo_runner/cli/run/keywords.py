"""Flags of `arazzo run` as the keyword arguments of the Python API: for pytest, and for agents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from arazzo_runner.auth.sources import CredentialStores
from arazzo_runner.cli.credentials import credential_stores, named_credentials
from arazzo_runner.cli.options.settings import settings_of
from arazzo_runner.cli.run.world import http_settings
from arazzo_runner.embed.options import RunOptions
from arazzo_runner.options.table import OPTIONS, Table, options_of

_APART: Final = (
    "checks", "timeout", "until", "fail_fast", "otel", "journal", "journal_key", "idempotency_key",
)  # fmt: skip
"""Keywords that are read otherwise, and those that are for the run of one document."""


def run_options(flags: Mapping[str, Any]) -> RunOptions:
    """The flags as the Python API takes them."""
    settings = settings_of(flags)
    return keywords(flags) | RunOptions(
        environment=CredentialVariables(credential_stores(flags)),
        named_credentials=named_credentials(flags),
        http=http_settings(flags),
        limits=settings.limits,
        checks=settings.checks,
        allow_origins=settings.allow_origins,
        send_invalid=settings.send_invalid,
    )


def keywords(flags: Mapping[str, Any], table: Table = OPTIONS) -> RunOptions:
    """The keyword arguments whose values are those of flags."""
    values = {
        option.keyword.by_name or option.keyword.name: flags[option.parameter]
        for option in options_of("run", table)
        if option.keyword is not None
        and option.keyword.function == "run"
        and option.keyword.name not in _APART
    }
    if values.get("listen") is None:
        values.pop("public_url", None)  # a setting that lasts is for the runs that have the other
    return cast("RunOptions", values)


class CredentialVariables(Mapping[str, str]):
    """Variables, those of credentials also from where the configuration says that they are."""

    def __init__(self, sources: CredentialStores) -> None:
        self._variables = sources.variables
        self._sources = sources

    def __getitem__(self, name: str) -> str:
        if name in self._variables:
            return self._variables[name]
        found = self._elsewhere(name) if name.startswith("ARAZZO_AUTH_") else None
        if found is None:
            raise KeyError(name)
        return found

    def _elsewhere(self, name: str) -> str | None:
        alias = self._sources.aliases.get(name, "")
        return self._variables.get(alias) or self._sources.more(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)
