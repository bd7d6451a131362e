"""What the flags say of a run: the documents, the inputs, where and how; and what cannot be."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource
from msgspec.structs import replace

from arazzo_runner.cli.credentials import with_credentials
from arazzo_runner.cli.options.generate import generation_of
from arazzo_runner.cli.options.profiles import NO_PROFILE
from arazzo_runner.cli.options.settings import settings_of
from arazzo_runner.cli.run.reports import NoDocumentError
from arazzo_runner.cli.run.world import check_mock, mock_settings
from arazzo_runner.expression.value import Value
from arazzo_runner.pipeline import run as pipeline
from arazzo_runner.pipeline.load import Description
from arazzo_runner.retrieve.files import find_documents
from arazzo_runner.text.diagnostic import error

if TYPE_CHECKING:
    from arazzo_runner.messaging.webhooks.address import ListenAddress

_LISTEN: Final = "arazzo_runner.listen"
_INPUT_VARIABLE: Final = "ARAZZO_INPUT_"


def chosen_documents(named: Iterable[str]) -> list[str]:
    """The documents that were named, each once; a folder without any stands for itself."""
    # An empty name is no folder: that of a variable which is not set.
    found = (one for name in named for one in (name and find_documents([name])) or [name])
    return list(dict.fromkeys(found))


def check_folder(document: str) -> None:
    """Raise NoDocumentError for a folder, in which no document was found."""
    if not document or "://" in document or not Path(document).is_dir():
        return
    hint = (
        "their names end in `.arazzo.yaml`, `.yml` or `.json`, or `arazzo` is a key at their root"
    )
    raise NoDocumentError(error("AZ906", f"no Arazzo document is in `{document}`", help=hint))


def check_flags(documents: Sequence[str], given: Mapping[str, Any]) -> None:
    """Raise UsageError or InputError for flags that do not go together."""
    if given["inputs"] or given["inputs_file"]:
        from arazzo_runner.cli.inputs import check_stdin

        stdin = "-" if "-" in documents else ""
        check_stdin(stdin, given["inputs_file"], given["inputs"])
    if given["dry_run"]:
        from arazzo_runner.cli.run.dry_run import refuse_reports

        refuse_reports(click.get_current_context())
    check_mock(click.get_current_context())


def _has_input_variables(given: Mapping[str, Any]) -> bool:
    variables = (*os.environ, *(given.get("env_file") or ()))
    return any(name.startswith(_INPUT_VARIABLE) for name in variables)


def inputs_of_flags(description: Description, given: Mapping[str, Any]) -> dict[str, Value]:
    """The inputs of flags, of the environment and of the profile. Raises InputError."""
    named = given["inputs"] or given["inputs_file"] or given.get("profile", NO_PROFILE).inputs
    if not named and not _has_input_variables(given):
        return {}
    from arazzo_runner.cli.inputs import inputs_for

    return inputs_for(description, given, given["workflows"])


def run_config(given: Mapping[str, Any]) -> pipeline.RunConfig:
    """Where and how to run, by the flags. Raises UsageError."""
    options = pipeline.RunConfig(
        servers=given["servers"],
        server_variables=given["server_variables"],
        needs_credentials=not (given["mock"] or given["dry_run"]),
        secrets=tuple(given["secrets"]),
        headers=given["headers"],
        no_auth=given["no_auth"],
        settings=settings_of(given),
        mock=mock_settings(given) if given["mock"] else None,
        generation=replace(generation_of(given), listen=_listen_address(given)),
    )
    return with_credentials(options, given)


def _listen_address(given: Mapping[str, Any]) -> ListenAddress | None:
    """Where webhooks are received, one for a use of the command. Raises UsageError AZ906."""
    text, public_url = given["listen"], given["public_url"]
    context = click.get_current_context()
    if text is None:
        if context.get_parameter_source("public_url") is ParameterSource.COMMANDLINE:
            from arazzo_runner.embed.listen import missing_listen_error

            raise missing_listen_error(public_url)
        return None
    if _LISTEN not in context.meta:
        from arazzo_runner.embed.listen import listen_address

        address = listen_address(text, public_url)
        context.meta[_LISTEN] = address
        context.call_on_close(address.release)
    held: ListenAddress = context.meta[_LISTEN]
    return held
