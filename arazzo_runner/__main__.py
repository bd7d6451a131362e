"""``python -m arazzo_runner`` is ``arazzo``."""

# Of C, and there at once: `signal` loads other modules.
import _signal  # type: ignore[import-not-found]

# Python's own handler would print a traceback of what is imported next.
_signal.signal(_signal.SIGINT, _signal.SIG_DFL)

from arazzo_runner.cli.signals import exit_at_signals  # noqa: E402 - see above

exit_at_signals()  # before anything is imported that takes time


def main() -> int:
    """Run the command line as a process: its arguments, its signals. Returns the exit code."""
    from arazzo_runner.cli.main import main as run
    from arazzo_runner.cli.process import pause_collector, spare_at_exit
    from arazzo_runner.cli.signals import end_process

    pause_collector()
    try:
        code = run()
    finally:
        spare_at_exit()
        exit_at_signals()
    end_process(code)
    return code


if __name__ == "__main__":
    import sys

    sys.exit(main())
