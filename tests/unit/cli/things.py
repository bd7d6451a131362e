"""An API without a server and a document over it, for what is tested of the command as a process."""

from pathlib import Path

API = """
openapi: 3.1.0
info: {title: Things, version: '1'}
servers: [{url: 'http://127.0.0.1:1'}]
paths:
  /things:
    get: {operationId: listThings, responses: {'200': {description: ok}}}
"""
_HEAD = """
arazzo: 1.0.1
info: {title: Things, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
"""


def write_things(folder: Path, workflows: str, name: str = "w.yaml") -> Path:
    """Write the API and a document with these workflows into a folder; the folder again."""
    (folder / "api.yaml").write_text(API)
    (folder / name).write_text(_HEAD + workflows.lstrip("\n"))
    return folder
