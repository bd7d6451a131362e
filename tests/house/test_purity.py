"""The core is pure, and the check that says so fails for each thing that is put in."""

from pathlib import Path
from textwrap import indent

import pytest

from house.purity import CORE, impurities

ROOT = Path(__file__).parents[2] / "arazzo_runner"
FILES = [path for room in CORE for path in sorted((ROOT / room).rglob("*.py"))]
FILES += [ROOT / "errors.py", ROOT / "installation.py", ROOT / "version.py"]

MODULES = [
    *("httpx", "httpx2", "requests", "httpcore", "h11", "anyio", "trio", "asyncio", "threading"),
    *("_thread", "concurrent.futures", "multiprocessing", "queue", "sched", "time", "random"),
    *("secrets", "uuid", "os", "os.path", "posix", "io", "glob", "shutil", "tempfile", "fileinput"),
    *("subprocess", "signal", "socket", "ssl", "select", "selectors", "http.client", "http.server"),
    *("urllib.request", "ftplib", "smtplib", "logging", "logging.handlers", "importlib"),
    *("importlib.resources", "builtins", "ctypes", "runpy", "pkgutil", "platform", "locale"),
    *("getpass", "pickle", "shelve", "sqlite3", "dbm", "zipfile", "mmap", "calendar", "atexit"),
]
FORMS = [
    "import {}",
    "import {} as z",
    "import json, {}",
    "from {} import x",
    "from {} import x as y",
    "from {} import *",
    "try:\n    import {}\nexcept ImportError:\n    pass",
]
USES = [
    "open('x')",
    "with open('x') as file: pass",
    "read = open",
    "list(map(open, []))",
    "print(1)",
    "input()",
    "eval('1')",
    "exec('1')",
    "compile('1', '', 'eval')",
    "__import__('os')",
    "__builtins__['open']('x')",
    "breakpoint()",
    "from pathlib import Path",
    "from pathlib import PurePath, Path as P",
    "from pathlib import PurePath",
    "import pathlib",
    "import pathlib\npathlib.Path('x')",
    "from datetime import datetime\ndatetime.now()",
    "from datetime import datetime as d\nd.now()",
    "from datetime import datetime\nnow = datetime.now",
    "from datetime import datetime\ndatetime.utcnow()",
    "from datetime import datetime\ndatetime.today()",
    "from datetime import date\ndate.today()",
    "import datetime\ndatetime.datetime.now()",
    "import datetime\ndatetime.date.today()",
    "import datetime as d\nd.datetime.now(d.UTC)",
    "from datetime import datetime\nkind = datetime\nkind.now()",
    "type(moment).now()",
    "import codecs\ncodecs.open('x')",
    "from codecs import open",
    "from codecs import open as read",
    "import email.utils\nemail.utils.localtime()",
    "from email.utils import make_msgid",
    "import sys\nsys.stdout.write('x')",
    "from sys import modules",
    "import gc\ngc.collect()",
    "import xml.etree.ElementTree\nxml.etree.ElementTree.parse('x')",
    "import xml.etree.ElementTree as tree\ntree.parse('x')",
    "from xml.etree.ElementTree import parse",
    "from xml.etree import ElementTree\nElementTree.parse('x')",
    "from urllib import request",
    "from contextlib import os",
    "from dataclasses import sys as machine",
    "import contextlib\ncontextlib.os.getcwd()",
    "import contextlib as c\nc.os",
    "import json\njson.codecs.open('x')",
    "import warnings\nwarnings.sys.stderr.write('x')",
    "from yaml.reader import codecs",
    "import yaml.reader\nyaml.reader.codecs.open('x')",
    "import yaml\nyaml.reader.codecs.open('x')",
    "globals()['__builtins__']",
    "vars()['x']",
    "from concurrent import futures",
    "import urllib.parse, urllib.request",
    # A module as a value can be asked for all that it has.
    "import json\ngetattr(json, 'codecs').open('x')",
    "import json\ngetattr(json, 'co' + 'decs')",
    "import json\nfrom operator import attrgetter\nattrgetter('codecs.open')(json)",
    "import json\nmodule = json\nmodule.codecs.open('x')",
    "import json\n(json or None).codecs",
    "import json\n[json][0].codecs",
    "import json\nread(json)",
    "import jsonschema\nmodule = jsonschema.validators",
    "from jsonschema import validators\nread(validators)",
    # What a module has from another one that is not allowed.
    "from functools import RLock",
    "import functools\nfunctools.RLock()",
    "from functools import get_cache_token",
    "from jsonschema.validators import urlopen",
    "import jsonschema.validators as v\nv.urlopen('x')",
    "import jsonschema\njsonschema.validators.urlopen('x')",
    "from jsonschema import RefResolver",
    "from jsonschema.validators import _RefResolver",
    "from jsonschema import _utils",
    "import jsonschema.cli",
    "from jsonpath_rfc9535 import __main__",
    "import warnings\nwarnings.linecache.getlines('x')",
    "import contextlib\ncontextlib.redirect_stdout(file)",
    "from base64 import main",
    "from xml.sax.saxutils import prepare_input_source",
    # The way through what each object and each function has.
    "import json\njson.__dict__['codecs']",
    "import json\njson.__builtins__['open']",
    "import json\njson.__loader__.load_module('os')",
    "__loader__.load_module('os')",
    "__spec__.loader",
    "().__class__.__base__.__subclasses__()",
    "type(x).__mro__[-1]",
    "read.__globals__['os']",
    "getattr(read, '__globals__')['os']",
    "getattr(x, 'open')('x')",
    # The clock, by another name.
    "from datetime import datetime\ngetattr(datetime, 'now')()",
    "from datetime import datetime as clock\nclock.now()",
    "from datetime import datetime\nclock = datetime\nclock.now()",
    "from datetime import date\nclock: type = date\nclock.today()",
    "from datetime import datetime\nread(datetime)",
    "from datetime import datetime\ndatetime.__dict__['now']",
    "import operator\noperator.methodcaller('now')(moment)",
    # Chance: the hash of a string is another in each process.
    "hash('x')",
]
ALLOWED = [
    "import json\njson.dumps(1)",
    "from datetime import UTC, datetime\ndatetime(2024, 1, 1, tzinfo=UTC)",
    "import datetime\ndatetime.datetime.fromisoformat('2024-01-01').year",
    "ledger.clock.now()\nself._clock.now()",
    "access.open('x')\nself.open = 1\nclass A:\n    open: int",
    "import json.encoder\njson.decoder.JSONDecodeError",
    "import yaml\nyaml.events.ScalarEvent",
    "import urllib.parse\nurllib.parse.quote('x')",
    "from urllib import parse\nparse.quote('x')",
    "from xml.parsers import expat\nexpat.ParserCreate()",
    "from codecs import BOM_UTF8",
    "import gc\ngc.disable()",
    "import re\nre.compile('x')",
    "from arazzo_runner.text.source import SourceFile",
    "from elementpath.xpath30 import XPath30Parser",
    "from datetime import datetime\nisinstance(x, datetime)\nx: datetime = read()",
    "self.__dict__.update(x)\ngetattr(x, 'name')",
    "from hashlib import sha256\nsha256(b'')",
]


def room_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def a_module(room: str) -> str:
    """The text of a module of a room: the smallest one that says something."""
    sizes = {path: path.stat().st_size for path in (ROOT / room).glob("*.py")}
    path = min((one for one in sizes if sizes[one] > 500), key=sizes.__getitem__)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=room_of)
def test_the_core_is_pure(path) -> None:
    assert impurities(path.read_text(encoding="utf-8")) == []


def test_every_room_of_the_core_is_looked_at() -> None:
    alone = {"errors.py", "installation.py", "version.py"}
    assert {room_of(path).partition("/")[0] for path in FILES} == {*CORE, *alone}


@pytest.mark.parametrize("room", CORE)
def test_an_import_that_is_put_in_is_seen(room) -> None:
    text = a_module(room)
    added = [one for name in MODULES for form in FORMS for one in placed(form.format(name))]
    lines = {int(one.partition(":")[0]) for one in impurities(text + "".join(added))}
    end = text.count("\n")
    unseen = []
    for one in added:
        start, end = end, end + one.count("\n")
        unseen += [] if lines & set(range(start + 1, end + 1)) else [one]
    assert unseen == []


@pytest.mark.parametrize("room", CORE)
def test_a_use_that_is_put_in_is_seen(room) -> None:
    text = a_module(room)
    unseen = [one for use in USES for one in placed(use) if not impurities(text + one)]
    assert unseen == []


def placed(statements: str) -> list[str]:
    """Statements at the end of a module, in a function, and in a method."""
    places = [f"\n{statements}\n"]
    if "import *" not in statements:  # which stands in no function
        inside = indent(statements, "    ")
        places.append(f"\ndef added():\n{inside}\n")
        places.append(f"\nclass Added:\n    async def added(self):\n{indent(inside, '    ')}\n")
    return places


def test_where_it_stands_is_said() -> None:
    text = "x = 1\nimport os\ndef f():\n    print(os.name)\n"
    assert impurities(text) == ["2: import os", "4: os.name", "4: print"]


@pytest.mark.parametrize("statements", ALLOWED)
def test_what_only_computes_is_allowed(statements) -> None:
    assert impurities(statements) == []
