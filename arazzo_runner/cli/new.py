"""`arazzo new SOURCE`"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import click
from msgspec import Struct
from msgspec.structs import replace

from arazzo_runner.cli.options.click_help import SectionedCommand
from arazzo_runner.cli.options.flags import flags_of
from arazzo_runner.cli.options.overwrite import (
    OverwriteError,
    check_output_file,
    is_same_file,
)
from arazzo_runner.cli.options.settings import load_limits, retrieve_settings
from arazzo_runner.document.retrieval import DocumentAccess, RetrievedDocument, RetrieveError
from arazzo_runner.document.store import is_remote
from arazzo_runner.errors import DocumentError, UsageError
from arazzo_runner.options.table import options_of
from arazzo_runner.report.safe_text import escape
from arazzo_runner.text.diagnostic import Diagnostic, error
from arazzo_runner.text.pattern import lazy_pattern

if TYPE_CHECKING:
    from arazzo_runner.generate.draft import Draft
    from arazzo_runner.generate.verify import DraftReader
    from arazzo_runner.pipeline.load import LoadLimits
    from arazzo_runner.text.parse import ParsedText

_STANDARD: Final = "-"
"""Standard input or output in place of a file."""
_WORKFLOW_ID: Final = lazy_pattern(r"[A-Za-z0-9_-]+")
_UNNAMED: Final = "workflows.arazzo.yaml"
_CHECK: Final = "arazzo validate {}"


@click.command(
    "new",
    cls=SectionedCommand,
    short_help="write workflows from an API description, recording, HAR or Postman collection",
)
@click.argument("source", required=False)
@flags_of("new")
def command(source: str | None, **given: Any) -> int:
    """Write workflows from SOURCE, a path or an https URL.

    Of an OpenAPI description, each resource gives workflows that create, read, list, change
    and delete it. Of a recording (`arazzo run --record`), a HAR (from a browser) or a Postman
    collection, the requests are the steps of a workflow; the API description is inferred and
    written beside it, or named by `--api`.

    What is written is valid and passes `arazzo run --mock`; what does not is omitted, and shown.
    """
    output: str | None = given["output"] if given["output"] != _STANDARD else None
    if output is not None:
        check_output_file(output, is_forced=given["force"])
    if given["from_scratch"]:
        text = _scratch(source, given)
        return _write({output: text}, f"{{}} has two steps to begin with: edit it, then {_CHECK}")
    named = _named_source(source)
    _check_workflow_id(given["workflow"])
    _check_source([named, given["api"]], f"-o {output}", output)
    opened = _open(named, given)
    if opened.kind is not None:
        return _write_traffic(opened, named, output, given)
    if given["api"] is not None:
        message = f"`--api` is for recordings, HAR files and Postman collections; `{named}` is none"
        raise UsageError(error("AZ906", message))
    draft = _workflows(opened, named, output, given)
    text = _draft_text(draft, output)
    return _write({output: text}, f"{_count(draft)} in {{}}; {_advice(draft)}")


def _check_source(sources: Iterable[str | None], flag: str, output: str | None) -> None:
    """Refuse to replace what is read, even with ``--force``. Raises OverwriteError (AZ906)."""
    for one in sources:
        if one is not None and output is not None and is_same_file(output, one):
            message = f"`{flag}` would replace `{one}`, which is read by this command"
            hint = "the document names it: write to another file, such as `-o flow.arazzo.yaml`"
            raise OverwriteError(error("AZ906", message, help=hint))


def _check_workflow_id(workflow: str | None) -> None:
    """Refuse a name that the document would have a finding for, AZ122."""
    if workflow is not None and not _WORKFLOW_ID.fullmatch(workflow):
        message = f"`--workflow {workflow}`: the id of a workflow consists of letters, digits, `_`"
        raise UsageError(error("AZ906", f"{message} and `-`"))


def _count(draft: Draft) -> str:
    workflows = len(draft.workflows)
    return f"{workflows} workflow{'s' if workflows > 1 else ''}"


def _advice(draft: Draft) -> str:
    return f"try: arazzo run {{}} {_run_flags(draft)}"


def _run_flags(draft: Draft) -> str:
    """The flags with which all workflows run: some steps of them run more than once."""
    from arazzo_runner.executor.plan import Limits

    visits = 2 * sum(len(one.steps) for one in draft.workflows)
    limit = Limits().max_steps
    return "--mock" if visits <= limit else f"--mock --max-steps {-(-visits // limit) * limit}"


def _write(texts: Mapping[str | None, str], message: str) -> int:
    """Write files, the document last; without a name it goes to standard output."""
    from arazzo_runner.report.files import write_pieces

    shown = ""
    for output, text in texts.items():
        if output is None:
            sys.stdout.write(text)
            return 0
        written = _json_text(text) if output.lower().endswith(".json") else text
        write_pieces(output, (written.encode(),), "document")
        shown = escape(output)
    sys.stdout.write(message.replace("{}", shown) + "\n")
    return 0


def _json_text(text: str) -> str:
    """A document in JSON, which has no comments."""
    import json

    from arazzo_runner.text.diagnostic import Severity
    from arazzo_runner.text.limits import DocumentLimits
    from arazzo_runner.text.parse import parse
    from arazzo_runner.text.source import SourceFile

    written = parse(SourceFile("", text, ""), DocumentLimits(), Severity.ERROR)
    return json.dumps(written.value, indent=2, ensure_ascii=False) + "\n"


def _named_source(source: str | None) -> str:
    if source is None:
        message = "the SOURCE is missing: a path or URL of an OpenAPI description"
        raise click.UsageError(f"{message}; without one, `arazzo new --from-scratch`")
    if source == _STANDARD:
        raise click.UsageError("the SOURCE has to be a file or a URL: the document names it")
    return source


def _scratch(source: str | None, given: Mapping[str, Any]) -> str:
    from arazzo_runner.generate.scratch import SCRATCH

    if source is not None or given["only"] or given["workflow"] or given["cleanup"]:
        message = "`--from-scratch` takes no SOURCE and no option about one"
        raise click.UsageError(f"{message}, but `-o FILE` and `--force`")
    name = given["output"]
    return SCRATCH.replace("FILE", name) if name not in (None, _STANDARD) else SCRATCH


def _workflows(
    opened: OpenedSource, source: str, output: str | None, given: Mapping[str, Any]
) -> Draft:
    """The workflows for an API description; what was omitted is shown."""
    from arazzo_runner.generate.draft import DraftSource
    from arazzo_runner.generate.openapi.generate import (
        OpenApiRequest,
        generate_workflows,
        source_name,
    )

    reader = _reader(opened, output)
    described = DraftSource(source_name(_stem(source)), _relative_url(source, output))
    only = _only(given["only"])
    request = OpenApiRequest(
        described, _stem(source), only, given["cleanup"], given["workflow"] or ""
    )
    generated = generate_workflows(request, reader)
    _show_notes(generated.notes)
    draft = generated.draft
    if generated.problems:
        raise UsageError(*generated.problems)
    return draft


def _only(texts: Iterable[str]) -> tuple[str, ...]:
    """The operations that `--only` names. Raises click.UsageError where it names none."""
    names = [one.strip() for text in texts for one in text.split(",")]
    if names and not any(names):
        raise click.UsageError("`--only` needs an operation: its operationId, or `GET /pets`")
    return tuple(one for one in names if one)


def _draft_text(draft: Draft, output: str | None) -> str:
    """The document, with the command that runs it above where it has a name."""
    from arazzo_runner.generate.writer import write_draft

    if output is None:
        return write_draft(draft)
    name, flags = Path(output).name, _run_flags(draft)
    comment = f"Try it without a server: arazzo run {name} {flags}"
    return write_draft(replace(draft, comment=(comment, *draft.comment)))


class OpenedSource(Struct, frozen=True):
    """The SOURCE as it was read, by what; ``kind`` is what a file of requests is called."""

    access: DocumentAccess
    limits: LoadLimits
    retrieved: RetrievedDocument
    kind: str | None
    value: Any


def _open(source: str, given: Mapping[str, Any]) -> OpenedSource:
    """Read what a path or URL leads to."""
    from arazzo_runner.generate.traffic.files import traffic_of
    from arazzo_runner.retrieve.access import document_access

    whole = {**_unset_options(), **given}
    access = document_access(retrieve_settings(whole), os.environ)
    try:
        retrieved = access.open(source)
    except RetrieveError as failure:
        raise failure.as_usage("the API description") from None
    kind, value = traffic_of(source, retrieved.data)
    return OpenedSource(access, load_limits(whole), retrieved, kind, value)


def _reader(opened: OpenedSource, output: str | None) -> DraftReader:
    """What reads the description, and drafts as if they stood where they will be written."""
    from arazzo_runner.document.store import read_text
    from arazzo_runner.generate.verify import DraftReader
    from arazzo_runner.openapi.description import read_description
    from arazzo_runner.retrieve.files import file_uri
    from arazzo_runner.text.parse import decode

    retrieved, limits, access = opened.retrieved, opened.limits, opened.access
    file = decode(retrieved.data, retrieved.name, retrieved.uri)
    parsed = None
    try:
        parsed = read_text(file, retrieved.data, limits.sources.description, access.memory)
        read_description(file, parsed.value)
    except DocumentError as reason:
        hinted = (_of_source(one, parsed) for one in reason.diagnostics)
        raise DocumentError(*hinted) from None
    return DraftReader(access, file_uri(output or _UNNAMED), limits, retrieved)


def _of_source(finding: Diagnostic, parsed: ParsedText | None) -> Diagnostic:
    """A finding about the SOURCE: that it is empty is not mended by another `arazzo new`."""
    if finding.code == "AZ106":
        hint = "check that this is the file you mean, and that it was saved"
        return replace(finding, help=f"{hint}; without a SOURCE, `arazzo new --from-scratch`")
    if finding.code == "AZ202" and finding.help is None and parsed is not None:
        is_arazzo = isinstance(parsed.value, dict) and "arazzo" in parsed.value
        return replace(finding, help=_ARAZZO_SOURCE if is_arazzo else _KINDS_OF_SOURCES)
    return finding


_ARAZZO_SOURCE: Final = (
    "an Arazzo document has workflows already, which `arazzo run` runs; name its API description"
    " for new ones"
)
_KINDS_OF_SOURCES: Final = (
    "`arazzo new` takes an OpenAPI description, a HAR, a recording of `arazzo run --record` or a"
    " Postman collection; without any, `arazzo new --from-scratch`"
)


def _write_traffic(
    opened: OpenedSource, source: str, output: str | None, given: Mapping[str, Any]
) -> int:
    """Write the workflow of a file of requests, and the API description where none is named."""
    from arazzo_runner.generate.draft import DraftSource
    from arazzo_runner.generate.openapi.generate import source_name
    from arazzo_runner.generate.traffic.files import read_traffic
    from arazzo_runner.generate.traffic.generate import TrafficRequest, generate_traffic_workflows
    from arazzo_runner.generate.verify import DraftReader
    from arazzo_runner.retrieve.files import file_uri

    if given["cleanup"]:
        message = "`--cleanup` is for API descriptions: requests delete what they did when recorded"
        raise click.UsageError(message)
    only = _only(given["only"])
    api: str | None = given["api"]
    traffic = read_traffic(source, opened.kind, opened.value)
    workflow = given["workflow"] or ""
    beside = _description_beside(source, opened, output, given) if api is None else None
    if api is not None:
        described = DraftSource(source_name(_stem(api)), _relative_url(api, output))
        named = _open(api, given)
        if named.kind is not None:
            message = f"`--api {api}` is a {named.kind}, and no OpenAPI description"
            raise UsageError(error("AZ906", message))
        reader = _reader(named, output)
        request = TrafficRequest(described, _stem(source), None, workflow, only)
    else:
        assert beside is not None
        name = Path(beside).name
        described = DraftSource(source_name(name), _relative_url(beside, output))
        uri = file_uri(output or _UNNAMED)
        reader = DraftReader(opened.access, uri, opened.limits)
        request = TrafficRequest(
            described, _stem(source), (beside, file_uri(beside)), workflow, only
        )
    made = generate_traffic_workflows(traffic, request, reader)
    _show_notes(made.notes)
    text = _draft_text(made.draft, output)
    many, advice = _count(made.draft), _advice(made.draft)
    if beside is None:
        return _write({output: text}, f"{many} in {{}}; {advice}")
    message = f"{many} in {{}}, for the API in {escape(beside)}; {advice}"
    return _write({beside: made.description, output: text}, message)


def _description_beside(
    source: str, opened: OpenedSource, output: str | None, given: Mapping[str, Any]
) -> str:
    """The path of the inferred description, which must not be there without `--force`."""
    if output is None:
        message = (
            f"`{source}` is a {opened.kind}: the API description that is inferred from it is "
            "written beside the document, so that `-o FILE` is required"
        )
        hint = "or name the API's own description: `--api DESCRIPTION`"
        raise UsageError(error("AZ906", message, None, "", hint))
    path = Path(output)
    stem = path.name
    for end in (".yaml", ".yml", ".json", ".arazzo", ".openapi"):
        stem = stem.removesuffix(end)
    beside = str(path.with_name(f"{stem}.openapi.yaml"))
    if beside == output:
        message = f"`-o {output}` is the name of the API description that is written beside it"
        raise UsageError(error("AZ906", message, None, "", f"`-o {stem}.arazzo.yaml`"))
    check_output_file(beside, is_forced=given["force"])
    flag = f"-o {output}` with the API description `{beside}"
    _check_source([source], flag, beside)
    return beside


def _unset_options() -> dict[str, Any]:
    """What reading documents asks for that is no flag here: the sources are the command's own."""
    return {
        one.parameter: () if one.is_repeatable else False if one.is_switch else one.default
        for one in options_of("validate")
    }


def _stem(source: str) -> str:
    path = urlsplit(source).path if "://" in source else source
    return Path(path).name or urlsplit(source).netloc


def _relative_url(source: str, output: str | None) -> str:
    """The URL of the description from where the document will stand."""
    if is_remote(source):
        return source
    from arazzo_runner.retrieve.files import file_path, file_uri

    path = file_path(source) if source.lower().startswith("file:") else source
    folder = Path(output).parent if output is not None else Path()
    try:
        relative = Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive
        return file_uri(path)
    url = quote(relative, safe="/!$&'()*+,;=@~")
    return f"./{url}" if ":" in url.partition("/")[0] else url


def _show_notes(notes: Iterable[str]) -> None:
    for note in notes:
        sys.stderr.write(f"note: {escape(note)}\n")
