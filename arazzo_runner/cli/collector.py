"""The garbage collector of a process that is ours, as that of the command is.

Modules, documents and plans are kept until the end. To look for cycles among them at each 700 new
objects, as Python does, takes a tenth of the time of a run.
"""

import gc

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


def spare_at_exit() -> None:
    """Let Python, which collects twice when it ends, find nothing: the process takes all along."""
    gc.freeze()
