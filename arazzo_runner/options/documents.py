"""Options about the documents that are read."""

from __future__ import annotations

from arazzo_runner.options.model import Keyword, Option

_LOADING = ("run", "validate", "replay", "auth", "list", "schema", "mock", "mcp", "bundle")
_READING = (*_LOADING, "new")
_SECTION = "Source descriptions"

DOCUMENTS = (
    Option(
        "source",
        "Read a source description from here instead of its `url`.",
        _LOADING,
        _SECTION,
        kind="source",
        key="sources",
        metavar="NAME=PATH|URL",
        is_repeatable=True,
        keyword=Keyword("sources", "Mapping[str, DocumentPath]", "load"),
        pytest="read a source description from here",
    ),
    Option(
        "source-dir",
        "Find moved source descriptions by file name in this folder.",
        _LOADING,
        _SECTION,
        kind="folder",
        key="source_dirs",
        metavar="DIR",
        is_repeatable=True,
        keyword=Keyword("source_dir", "DocumentPath | Iterable[DocumentPath]", "load"),
        pytest="find moved source descriptions by file name in this folder",
    ),
    Option(
        "allow-read",
        "Let a document from a URL refer to local files.",
        _LOADING,
        _SECTION,
        kind="switch",
        keyword=Keyword("allow_read", "bool", "load"),
    ),
    Option(
        "allow-http",
        "Allow source descriptions and tokens over plain http.",
        _READING,
        _SECTION,
        kind="switch",
        keyword=Keyword("allow_http", "bool", "load"),
    ),
    Option(
        "allow-net",
        "Let a document from a URL refer to private and loopback addresses, for tokens too.",
        _READING,
        _SECTION,
        kind="switch",
        keyword=Keyword("allow_net", "bool", "load"),
    ),
    Option(
        "max-document-size",
        "Maximum size of a document.",
        _READING,
        _SECTION,
        kind="size",
        metavar="SIZE",
        member="LoadLimits",
    ),
    Option(
        "max-document-depth",
        "Maximum nesting of a document.",
        _READING,
        _SECTION,
        kind="count",
        metavar="N",
        member="LoadLimits",
    ),
    Option(
        "max-document-nodes",
        "Maximum number of nodes of a document, aliases expanded.",
        _READING,
        _SECTION,
        kind="count",
        metavar="N",
        member="LoadLimits",
    ),
    Option(
        "max-sources",
        "Maximum number of source descriptions.",
        _LOADING,
        _SECTION,
        kind="count",
        metavar="N",
        member="LoadLimits",
    ),
    Option(
        "max-findings",
        "Maximum number of findings that are reported of a document.",
        _LOADING,
        _SECTION,
        kind="count",
        metavar="N",
        default=1000,
        shows_default=True,
        member="LoadLimits",
    ),
    Option(
        "no-cache",
        "Do not cache parsed API descriptions on disk.",
        _READING,
        _SECTION,
        kind="switch",
    ),
)
