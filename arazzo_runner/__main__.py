"""``python -m arazzo_runner`` is ``arazzo``."""

import sys

from arazzo_runner.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
