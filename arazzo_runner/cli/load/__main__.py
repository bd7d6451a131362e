"""``arazzo load`` in a process of its own, where gevent takes the place of what blocks.

Nothing may be imported before that: a module keeps what it has imported.
"""

from gevent import monkey

monkey.patch_all()

if __name__ == "__main__":
    import sys

    from arazzo_runner.cli.main import main

    sys.exit(main())
