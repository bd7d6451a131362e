"""What `arazzo validate` costs: documents of ten steps against ten API descriptions of 1 MB."""

import shutil
import tempfile
from pathlib import Path

from contenders import ARAZZO
from measure import Contender, rounds, table

DESCRIPTIONS = 10
FOUND = 3
"""The exit code: one document of ten expects a status that is not documented."""


def validating(name: str, folder: Path, *flags: str) -> Contender:
    command = [ARAZZO, "validate", str(folder), "--format", "json", *flags]
    return Contender(name, command, exit=FOUND)


def write(folder: Path, documents: int) -> Path:
    """A folder with so many documents, beside the descriptions."""
    from validation import write_documents

    target = folder / str(documents)
    shutil.copytree(folder / "descriptions", target)
    write_documents(target, documents, DESCRIPTIONS)
    return target


def validate(count: int) -> None:
    """Checking 500 and 1,000 documents, alone and by two processes."""
    from validation import write_descriptions  # needs the environment, as `--help` does not

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "descriptions").mkdir()
        write_descriptions(folder / "descriptions", DESCRIPTIONS)
        whole = write(folder, 1000)
        contenders = [
            validating("500 documents", write(folder, 500)),
            validating("1,000 documents", whole),
            validating("1,000 documents, --jobs 2", whole, "--jobs", "2"),
        ]
        figures = rounds(contenders, max(1, count // 8))
    wanted = "at most 2.0 in time, since the descriptions are read once; 1.0 in memory"
    table("Documents of ten steps against ten descriptions of 1 MB", figures, wanted)
