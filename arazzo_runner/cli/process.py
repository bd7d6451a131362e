"""What makes a process quick that is ours, as that of the command is.

The garbage collector: modules, documents and plans are kept until the end. To look for cycles among
them at each 700 new objects, as Python does, takes a tenth of the time of a run.

What libraries load and compile as they are imported, though nothing here uses it: a twentieth.
"""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_YOUNG_OBJECTS = 50_000


class _Pause:
    is_on = False


def pause_collector() -> None:
    """Let modules load: all of them stay."""
    gc.set_threshold(_YOUNG_OBJECTS, 20, 100)
    gc.disable()
    _Pause.is_on = True


def resume_collector() -> None:
    """Collect again, if it was paused here, but never what is there already."""
    if _Pause.is_on:
        gc.freeze()
        gc.enable()
        _Pause.is_on = False


def is_collector_paused() -> bool:
    """Whether modules load in a process that is ours, before the command has begun."""
    return _Pause.is_on


def spare_libraries() -> None:
    """Import msgspec without what it does without where that is not installed, and PyYAML lazily.

    Of PyYAML's own reader and resolver, whose patterns take half of its time to load, libyaml needs
    none: they are compiled when they are used. It replaces ``re.compile``.
    """
    _import_msgspec()
    _compile_yaml_late()


def _import_msgspec() -> None:
    missing = "typing_extensions" not in sys.modules
    if missing:
        sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    try:
        import msgspec  # noqa: F401
    finally:
        if missing:
            del sys.modules["typing_extensions"]


def _compile_yaml_late() -> None:
    import re

    from arazzo_runner.text.pattern import lazy_pattern

    compile_now: Any = re.compile

    def compile_late(pattern: Any, flags: Any = 0) -> Any:
        module = sys._getframe(1).f_globals.get("__name__", "")  # noqa: SLF001 - who asks
        own = lazy_pattern if module.startswith("yaml.") else compile_now
        return own(pattern, flags)

    re.compile = compile_late


def spare_at_exit() -> None:
    """Let Python, which collects twice when it ends, find nothing: the process takes all along."""
    gc.freeze()
