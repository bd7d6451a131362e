"""``arazzo load`` in a process of its own, where gevent takes the place of what blocks.

Nothing may be imported before that: a module keeps what it has imported.
"""

import sys

try:
    from gevent import monkey

    monkey.patch_all()

    from arazzo_runner.cli.main import main
except KeyboardInterrupt:  # Ctrl-C while it begins; later `main` has it
    sys.stderr.write("interrupted\n")
    sys.exit(130)

if __name__ == "__main__":
    sys.exit(main())
