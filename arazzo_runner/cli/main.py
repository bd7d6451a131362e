"""The command `arazzo`: its version, its exit codes, and its standard streams.

All else is in `commands.py`, and for the keys of a shell in `completion/`: `--version` loads no
library. Streams may be closed, and of any encoding.
"""

from __future__ import annotations

import codecs
import os
import sys
from io import TextIOWrapper

from arazzo_runner.cli.lossy_stream import is_full, lossy_stream
from arazzo_runner.version import VERSION

# `typing` takes longer to import than all that is here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from arazzo_runner.errors import ArazzoError

_ESCAPED = "arazzo.escaped"
# What completion scripts call, with each press of a key: it loads no command.
_COMPLETE = "__complete"


def prepare_streams() -> None:
    """Open what is closed (`arazzo … >&-`), and let standard output take every character."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # Python has no stream for a closed descriptor
            nothing = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(nothing, mode, encoding="utf-8"))
    if sys.platform == "win32":
        _spell_pipes()
    sys.stderr = lossy_stream(sys.stderr)
    codecs.register_error(_ESCAPED, escape_unencodable)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors=_ESCAPED)


def _spell_pipes() -> None:
    from arazzo_runner.operating_system.terminal import pipe_encoding

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding=pipe_encoding(os.environ), errors=stream.errors)


def escape_unencodable(error: UnicodeError) -> tuple[str, int]:
    """Spell what an encoding does not have as JSON does, which means the same there."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    pairs = zip(units[::2], units[1::2], strict=True)
    return "".join(f"\\u{high:02x}{low:02x}" for high, low in pairs), error.end


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code (docs/exit-codes.md)."""
    args = list(_typed_words() if argv is None else argv)
    prepare_streams()
    try:
        code = _carry_out(args)
        sys.stdout.flush()
    except KeyboardInterrupt as reason:
        from arazzo_runner.cli.signals import interrupted_code

        sys.stderr.write("interrupted\n")
        return interrupted_code(reason)
    except BrokenPipeError:
        return _broken_pipe()
    except Exception as error:  # noqa: BLE001 - the last line of defence: a bug is told as one
        return _failure_code(error, args)
    return code


def _typed_words() -> Sequence[str]:
    if sys.platform == "win32":
        from arazzo_runner.operating_system.files import expand_patterns

        return expand_patterns(sys.argv[1:])
    else:
        return sys.argv[1:]


def _carry_out(args: list[str]) -> int:
    if args == ["--version"]:
        sys.stdout.write(f"arazzo {VERSION}\n")
        return 0
    if "--version" in args and not {*args} - {"--version", "-v", "--verbose"}:
        from arazzo_runner.cli.options.installation import installation_lines

        sys.stdout.writelines(f"{line}\n" for line in (f"arazzo {VERSION}", *installation_lines()))
        return 0
    if args[:1] == [_COMPLETE]:
        from arazzo_runner.cli.completion.protocol import print_completion

        return print_completion(args[1:])
    from arazzo_runner.cli.commands import carry_out

    return carry_out(args)


def _failure_code(error: Exception, args: list[str]) -> int:
    from arazzo_runner.errors import ArazzoError

    if isinstance(error, ArazzoError):
        return _show_error(error)
    if isinstance(error, (RecursionError, MemoryError)):
        return _overflow(error, args)
    return _outside_code(error) or _bug(error, args)


def _show_error(error: ArazzoError) -> int:
    from arazzo_runner.cli.diagnostics import show_diagnostics
    from arazzo_runner.errors import DocumentError, ServerUnavailableError

    secrets = getattr(error, "secrets", ())
    show_diagnostics(getattr(error, "diagnostics", ()), secrets=secrets)
    if isinstance(error, ServerUnavailableError):
        return 4
    return 3 if isinstance(error, DocumentError) else 2


def _broken_pipe() -> int:
    """There is no more to say; 141 is what a shell calls a process that SIGPIPE ended."""
    _leave_stdout()
    return 141


def _outside_code(error: Exception) -> int | None:
    """The exit code of what is no bug, with its message: a full disk, a folder that is gone."""
    if sys.platform == "win32":
        from arazzo_runner.operating_system.terminal import is_closed_pipe

        if is_closed_pipe(error):
            return _broken_pipe()
    if is_full(error):
        return _unwritable_output(error)
    if isinstance(error, FileNotFoundError) and _has_no_folder():
        sys.stderr.write("error[AZ906]: the working folder has been deleted\n")
        sys.stderr.write("help: change to a folder that exists\n")
        return 2
    return None


def _has_no_folder() -> bool:
    try:
        os.getcwd()  # noqa: PTH109 - pathlib takes its time to import
    except FileNotFoundError:
        return True
    return False


def _unwritable_output(error: Exception) -> int:
    """What cannot be written is no bug: the disk behind our output is full, or broken."""
    _leave_stdout()
    why = (getattr(error, "strerror", None) or str(error)).lower()
    sys.stderr.write(f"error[AZ907]: the output cannot be written: {why}\n")
    return 2


def _overflow(error: RecursionError | MemoryError, args: list[str]) -> int:
    """What is too deep or too large for Python is what a document or a server made so."""
    if "--debug" in args:
        _bug(error, args)
    why = "takes too much memory" if isinstance(error, MemoryError) else "is nested too deeply"
    sys.stderr.write(f"error[AZ109]: what the document or a response contains {why}\n")
    return 3


def _leave_stdout() -> None:
    """What is still to be flushed at the exit goes nowhere."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _bug(error: Exception, args: list[str]) -> int:
    from arazzo_runner.cli.bug import report_bug

    return report_bug(error, args)
