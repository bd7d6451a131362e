"""The language server: which request or notification of the protocol is answered by what.

Language Server Protocol 3.17.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from traceback import print_exception
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from arazzo_runner.document.retrieval import RetrieveError
from arazzo_runner.lsp.code_actions import KINDS, code_actions
from arazzo_runner.lsp.completion.complete import TRIGGERS, completion
from arazzo_runner.lsp.diagnostics import PublishedDiagnostics, diagnostics_by_file
from arazzo_runner.lsp.document_outline import document_symbols, folding_ranges
from arazzo_runner.lsp.format import format_edits
from arazzo_runner.lsp.hover import hover
from arazzo_runner.lsp.mock_run import COMMAND, code_lenses, run_with_mock
from arazzo_runner.lsp.navigation import (
    Files,
    RenameRefused,
    definitions,
    occurrence_at,
    references,
    rename,
)
from arazzo_runner.lsp.workspace.analysis import Analysis
from arazzo_runner.lsp.workspace.documents import ReadSettings, Workspace
from arazzo_runner.lsp.workspace.line_index import place_range
from arazzo_runner.lsp.workspace.texts import document_uri
from arazzo_runner.retrieve.files import file_path
from arazzo_runner.version import VERSION

_T = TypeVar("_T")


class ArazzoServer(LanguageServer):
    """The server with its workspace, which there is once a client has introduced itself."""

    documents: Workspace

    def __init__(self, read_settings: ReadSettings) -> None:
        super().__init__("arazzo", VERSION)
        self._read_settings = read_settings
        self._published = PublishedDiagnostics()
        self._problem = ""
        self._is_shut_down = False

    def begin(self, params: types.InitializeParams) -> None:
        """Take the client's folder as the working directory, where `arazzo validate` would run."""
        folders = [*_folders(params)]
        if folders:
            os.chdir(folders[0])
        self.documents = Workspace(self._read_settings, self.publish, self.report_bug)
        self.documents.folders = tuple(folders)
        self.documents.texts.encoding = _encoding(self.workspace.position_encoding)

    def publish(self, analysis: Analysis) -> None:
        """Send the diagnostics of a version."""
        found = diagnostics_by_file(analysis, self.documents.texts)
        changed = self._published.replace(analysis.text.key, found)
        for uri, diagnostics in changed.items():
            is_own = uri == analysis.text.uri
            version = analysis.text.version if is_own else None
            self._send(uri, list(diagnostics), version)
        self._report_problem()

    def report_bug(self, bug: BaseException) -> None:
        """Say that a validation has ended as it should not; the next change begins another one."""
        print_exception(bug, file=sys.stderr)
        message = f"arazzo: a bug: {type(bug).__name__}: {bug}"
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, message))

    def withdraw(self, key: str) -> None:
        """Take back what a document has found: it was closed."""
        for uri, diagnostics in self._published.replace(key, {}).items():
            self._send(uri, list(diagnostics), None)

    def _send(self, uri: str, diagnostics: list[types.Diagnostic], version: int | None) -> None:
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, diagnostics, version)
        )

    def _report_problem(self) -> None:
        """Say once what is wrong with the configuration."""
        problem = self.documents.settings.problem
        if problem and problem != self._problem:
            self.window_show_message(
                types.ShowMessageParams(types.MessageType.Error, f"arazzo: {problem}")
            )
        self._problem = problem

    @property
    def exit_code(self) -> int:
        """That of the process: 1 where the client has ended it without saying so before."""
        return 0 if self._is_shut_down else 1

    def shut_down(self) -> None:
        """The client is going to end the process."""
        self._is_shut_down = True
        self.documents.shut_down()

    async def current(self, document: types.TextDocumentIdentifier) -> Analysis | None:
        """The analysis of the last version of a document."""
        return await self.documents.current(document_uri(document.uri))

    async def readable(self, document: types.TextDocumentIdentifier) -> Analysis | None:
        """The same, or of text that cannot be read the last one that could be."""
        analysis = await self.current(document)
        return None if analysis is None else self.documents.readable(analysis)

    async def in_thread(self, work: Callable[[], _T]) -> _T:
        """What takes as long as a validation, so that nothing else has to wait for it."""
        return await asyncio.get_running_loop().run_in_executor(None, work)


def _encoding(encoding: types.PositionEncodingKind | str | None) -> str:
    if isinstance(encoding, types.PositionEncodingKind):
        return encoding.value
    return encoding or types.PositionEncodingKind.Utf16.value


def _folders(params: types.InitializeParams) -> Iterator[str]:
    """The folders of the workspace that are on this machine."""
    folders = [one.uri for one in params.workspace_folders or ()]
    uris: list[str | None] = [*folders] or [params.root_uri]
    for uri in uris:
        path = params.root_path or "" if uri is None else _path(uri)
        if os.path.isdir(path):  # noqa: PTH112 - a path as the client gave it
            yield path


def _path(uri: str) -> str:
    """The path of a URI; empty for what is no file."""
    try:
        return file_path(document_uri(uri)) if uri.lower().startswith("file:") else ""
    except RetrieveError:
        return ""


def new_server(read_settings: ReadSettings) -> ArazzoServer:
    """A server with all that it answers, ready to be started."""
    server = ArazzoServer(read_settings)
    _add_synchronization(server)
    _add_code_actions(server)
    _add_completion(server)
    _add_hover(server)
    _add_navigation(server)
    _add_outline(server)
    _add_formatting(server)
    _add_mock_run(server)
    return server


def _add_synchronization(server: ArazzoServer) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(server: ArazzoServer, params: types.InitializeParams) -> None:
        server.begin(params)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(server: ArazzoServer, params: types.DidOpenTextDocumentParams) -> None:
        server.documents.open(server.documents.texts.open(params.text_document))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(server: ArazzoServer, params: types.DidChangeTextDocumentParams) -> None:
        text = server.documents.texts.change(params.text_document, params.content_changes)
        if text is not None:
            server.documents.change(text)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(server: ArazzoServer, params: types.DidSaveTextDocumentParams) -> None:
        server.documents.save(document_uri(params.text_document.uri))

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(server: ArazzoServer, params: types.DidCloseTextDocumentParams) -> None:
        key = server.documents.texts.close(params.text_document.uri)
        server.documents.close(key)
        server.withdraw(key)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_files(server: ArazzoServer, params: types.DidChangeWatchedFilesParams) -> None:
        if any(one.uri.endswith(".toml") for one in params.changes):
            server.documents.configure()
        else:
            server.documents.validate_all()

    @server.feature(types.SHUTDOWN)
    def shutdown(server: ArazzoServer, _params: None) -> None:
        server.shut_down()


def _add_code_actions(server: ArazzoServer) -> None:
    options = types.CodeActionOptions(code_action_kinds=list(KINDS))

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def code_action(
        server: ArazzoServer, params: types.CodeActionParams
    ) -> list[types.CodeAction]:
        analysis = await server.current(params.text_document)
        if analysis is None:
            return []
        work = partial(code_actions, analysis, params.range, params.context)
        return await server.in_thread(work)


def _add_completion(server: ArazzoServer) -> None:
    options = types.CompletionOptions(trigger_characters=list(TRIGGERS))

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, options)
    def complete(server: ArazzoServer, params: types.CompletionParams) -> types.CompletionList:
        state = server.documents.document(document_uri(params.text_document.uri))
        if state is None:
            return types.CompletionList(is_incomplete=False, items=[])
        index = server.documents.index_of(state)
        offset = index.offset(params.position)
        items = completion(index, offset, state.text.path, state.readable)
        return types.CompletionList(is_incomplete=False, items=items)


def _add_hover(server: ArazzoServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def show_hover(server: ArazzoServer, params: types.HoverParams) -> types.Hover | None:
        analysis = await server.readable(params.text_document)
        if analysis is None:
            return None
        return hover(analysis, analysis.index.offset(params.position))


def _add_navigation(server: ArazzoServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def define(server: ArazzoServer, params: types.DefinitionParams) -> list[types.Location]:
        analysis = await server.readable(params.text_document)
        if analysis is None:
            return []
        files = Files(server.documents.texts)
        places = definitions(analysis, analysis.index.offset(params.position))
        return [files.location(one) for one in places]

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    async def refer(server: ArazzoServer, params: types.ReferenceParams) -> list[types.Location]:
        analysis = await server.readable(params.text_document)
        at = analysis.index.offset(params.position) if analysis else 0
        found = occurrence_at(analysis, at) if analysis else None
        if analysis is None or found is None:
            return []
        files, symbol = Files(server.documents.texts), found.symbol
        is_included = params.context.include_declaration

        def places() -> list[types.Location]:
            every = server.documents.analyses_of(analysis, symbol.document)
            listed = references(every, symbol, with_definition=is_included)
            return [files.location(one) for one in listed]

        return await server.in_thread(places)

    _add_rename(server)


def _add_rename(server: ArazzoServer) -> None:
    options = types.RenameOptions(prepare_provider=True)

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepare(
        server: ArazzoServer, params: types.PrepareRenameParams
    ) -> types.PrepareRenamePlaceholder | None:
        analysis = await server.current(params.text_document)
        if analysis is None or not analysis.is_readable:
            return None
        found = occurrence_at(analysis, analysis.index.offset(params.position))
        if found is None:
            return None
        span = place_range(found.place, analysis.index)
        return types.PrepareRenamePlaceholder(span, found.symbol.name)

    @server.feature(types.TEXT_DOCUMENT_RENAME, options)
    async def change_name(
        server: ArazzoServer, params: types.RenameParams
    ) -> types.WorkspaceEdit | None:
        analysis = await server.current(params.text_document)
        if analysis is None or not analysis.is_readable:
            raise JsonRpcInvalidParams("the document cannot be read as it is now")
        offset = analysis.index.offset(params.position)
        files = Files(server.documents.texts)
        every = partial(server.documents.analyses_of, analysis)
        work = partial(rename, analysis, every, offset, params.new_name, files)
        try:
            return await server.in_thread(work)
        except RenameRefused as reason:
            raise JsonRpcInvalidParams(str(reason)) from None


def _add_outline(server: ArazzoServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def outline(
        server: ArazzoServer, params: types.DocumentSymbolParams
    ) -> list[types.DocumentSymbol]:
        analysis = await server.readable(params.text_document)
        return document_symbols(analysis) if analysis else []

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    async def fold(
        server: ArazzoServer, params: types.FoldingRangeParams
    ) -> list[types.FoldingRange]:
        analysis = await server.readable(params.text_document)
        return folding_ranges(analysis) if analysis else []


def _add_formatting(server: ArazzoServer) -> None:
    def edits(
        document: types.TextDocumentIdentifier,
        options: types.FormattingOptions,
        span: types.Range | None = None,
    ) -> list[types.TextEdit]:
        state = server.documents.document(document_uri(document.uri))
        if state is None:
            return []
        return format_edits(server.documents.index_of(state), state.text.path, options, span)

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def format_text(params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        return edits(params.text_document, params.options)

    @server.feature(types.TEXT_DOCUMENT_RANGE_FORMATTING)
    def format_range(params: types.DocumentRangeFormattingParams) -> list[types.TextEdit]:
        return edits(params.text_document, params.options, params.range)


def _add_mock_run(server: ArazzoServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions())
    async def lens(server: ArazzoServer, params: types.CodeLensParams) -> list[types.CodeLens]:
        analysis = await server.readable(params.text_document)
        return list(code_lenses(analysis)) if analysis else []

    @server.command(COMMAND)
    async def run(server: ArazzoServer, uri: str, workflow: str) -> dict[str, Any]:
        text = server.documents.texts.get(document_uri(uri))
        if text is None or not text.is_file:
            raise JsonRpcInvalidParams(f"`{uri}` is not open")
        done = await run_with_mock(text, workflow)
        level = types.MessageType.Info if done.exit_code == 0 else types.MessageType.Error
        server.window_log_message(types.LogMessageParams(level, done.output))
        server.window_show_message(types.ShowMessageParams(level, f"{workflow}: {done.verdict}"))
        return done.to_json()
