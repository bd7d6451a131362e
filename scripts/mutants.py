"""Break one condition of a room at a time, and show what no test notices.

    scripts/mutate http --most 30
    scripts/mutate report/secrets.py --tests tests/unit/report/test_curl.py
    scripts/mutate http/pool.py:161-163

A room is a folder or file of the package, with `:LINE` or `:FIRST-LAST` a part of a file. Its tests
are those of the same room in tests/unit, and all that `--tests` names. Everything goes on in a copy
of the project, so that an abort leaves nothing broken. Ends with 1 when a mutant survived.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO

PROJECT = Path(__file__).parents[1]
PACKAGE = "arazzo_runner"
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "dist", "build")

SWAPS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Is: ("is", "is not"),
    ast.IsNot: (r"is\s+not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: (r"not\s+in", "in"),
}
SYMBOLS = {kind: re.sub(r"\\s\+", " ", pattern) for kind, (pattern, _) in SWAPS.items()}
OPPOSITES = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
"""To swap these is to negate the comparison."""

LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


@dataclass(frozen=True)
class Mutant:
    """One change: the bytes from `start` to `end` of a file become `text`."""

    line: int
    start: int
    end: int
    text: str
    change: str

    def applied(self, source: bytes) -> bytes:
        """The file with the change."""
        return source[: self.start] + self.text.encode() + source[self.end :]


class SourceText:
    """A Python file, and where its nodes stand in its bytes."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._lines = [0]
        for line in source.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """The first byte of a node, and the one after its last."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._lines[node.lineno - 1] + node.col_offset
        return start, self._lines[node.end_lineno - 1] + node.end_col_offset

    def text(self, start: int, end: int) -> str:
        """The text of some bytes."""
        return self._source[start:end].decode()

    def replaced(self, node: ast.expr | ast.stmt, text: str, change: str) -> Mutant:
        """The mutant that has `text` for a node."""
        start, end = self.span(node)
        return Mutant(node.lineno, start, end, text, change)

    def wrapped(self, node: ast.expr, prefix: str) -> Mutant:
        """The mutant that has `prefix` before a node, in parentheses."""
        text = self.text(*self.span(node))
        return self.replaced(node, f"({prefix}({text}))", f"`{flat(text)}` negated")


def flat(text: str) -> str:
    """Text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= 70 else f"{line[:69]}…"


def mutants(source: bytes) -> list[Mutant]:
    """All mutants of a file, in its order; those that are no Python are left out."""
    text = SourceText(source)
    found = {
        (one.start, one.end, one.text): one
        for node in judged_nodes(ast.parse(source))
        for one in of_node(text, node)
    }
    ordered = sorted(found.values(), key=lambda one: (one.start, one.end, one.text))
    return [one for one in ordered if is_python(one.applied(source))]


def is_python(source: bytes) -> bool:
    """Whether it can be compiled."""
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def judged_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that do something at run time: no annotations, assertions or class options."""
    for node in ast.iter_child_nodes(tree):
        if is_assertion(node) or is_type_checking(node):
            continue
        yield node
        yield from judged_nodes(without_annotations(node))


def is_assertion(node: ast.AST) -> bool:
    """Whether it states what is so anyway."""
    if isinstance(node, ast.Expr):
        return ast.unparse(node).startswith("assert_never(")
    return isinstance(node, ast.Assert)


def is_type_checking(node: ast.AST) -> bool:
    """Whether it is the block that type checkers alone read."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def without_annotations(node: ast.AST) -> ast.AST:
    """The node, whose children are those that do something."""
    kept = dict(ast.iter_fields(node))
    for name in ("annotation", "returns", "type_comment", "decorator_list"):
        kept.pop(name, None)
    if isinstance(node, ast.ClassDef):
        kept["bases"], kept["keywords"] = [], []
    if isinstance(node, ast.arguments | ast.arg):
        return node if isinstance(node, ast.arguments) else ast.Pass()
    return type(node)(**kept)


def of_node(text: SourceText, node: ast.AST) -> Iterator[Mutant]:
    """The mutants of one node, those of its children aside."""
    match node:
        case ast.If() | ast.While() | ast.IfExp():
            yield from of_condition(text, node.test)
            if isinstance(node, ast.If) and is_guard(node):
                label = flat(text.text(*text.span(node)))
                yield text.replaced(node.test, "False", f"never: `{label}`")
        case ast.comprehension():
            for one in node.ifs:
                yield from of_condition(text, one)
        case ast.Compare():
            yield from of_comparison(text, node)
        case ast.BoolOp():
            yield from of_junction(text, node)
        case ast.stmt():
            yield from of_statement(text, node)
        case ast.expr():
            yield from of_expression(text, node)


def of_statement(text: SourceText, node: ast.stmt) -> Iterator[Mutant]:
    """A call dropped that is made for what it does, or what a block stands in."""
    match node:
        case ast.Expr(value=ast.Call() | ast.Await()):
            label = flat(text.text(*text.span(node)))
            yield text.replaced(node, "pass", f"dropped: `{label}`")
        case ast.With(items=[ast.withitem(optional_vars=None) as entered]):
            yield of_block(text, node, entered)


def of_expression(text: SourceText, node: ast.expr) -> Iterator[Mutant]:
    """A value that is the other one, or one more."""
    match node:
        case ast.UnaryOp(op=ast.Not()):
            inner = text.text(*text.span(node.operand))
            yield text.replaced(node, f"({inner})", f"`not` dropped from `not {flat(inner)}`")
        case ast.Constant(value=bool()):
            yield text.replaced(node, str(not node.value), f"`{node.value}` → `{not node.value}`")
        case ast.Constant(value=int()):
            more = text.text(*text.span(node))
            yield text.replaced(node, f"({more} + 1)", f"`{more}` → `{more} + 1`")
        case ast.Call(func=ast.Name(id="min" | "max" as name)):
            other = "max" if name == "min" else "min"
            yield text.replaced(node.func, other, f"`{name}` → `{other}`")


def of_condition(text: SourceText, test: ast.expr) -> Iterator[Mutant]:
    """A condition negated, where no other mutant does the same."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], OPPOSITES):
        return
    yield text.wrapped(test, "not ")


def is_guard(node: ast.If) -> bool:
    """Whether a block only leaves what it stands in, perhaps after some words."""
    return not node.orelse and isinstance(node.body[-1], LEAVES)


def of_comparison(text: SourceText, node: ast.Compare) -> Iterator[Mutant]:
    """Each operator swapped with its neighbour."""
    sides = [node.left, *node.comparators]
    for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
        pattern, other = SWAPS[type(operator)]
        start, end = text.span(left)[1], text.span(right)[0]
        between = text.text(start, end)
        swapped = re.sub(pattern, other, between, count=1)
        label = flat(text.text(*text.span(node)))
        change = f"`{SYMBOLS[type(operator)]}` → `{other}` in `{label}`"
        yield Mutant(left.lineno, start, end, swapped, change)


def of_junction(text: SourceText, node: ast.BoolOp) -> Iterator[Mutant]:
    """`and` and `or` swapped, one place at a time."""
    word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for left, right in zip(node.values, node.values[1:], strict=False):
        start, end = text.span(left)[1], text.span(right)[0]
        swapped = re.sub(rf"\b{word}\b", other, text.text(start, end), count=1)
        label = flat(text.text(*text.span(node)))
        yield Mutant(left.lineno, start, end, swapped, f"`{word}` → `{other}` in `{label}`")


def of_block(text: SourceText, node: ast.With, entered: ast.withitem) -> Mutant:
    """What a block stands in dropped: a lock, a suppressed error."""
    start, end = text.span(node)[0], text.span(entered.context_expr)[1]
    label = flat(text.text(start, end))
    return Mutant(node.lineno, start, end, "if True", f"dropped: `{label}`")


class Target:
    """What the user named: files of the package, and the lines in them."""

    def __init__(self, named: str) -> None:
        path, _, lines = named.partition(":")
        self.path = path.removeprefix(f"{PACKAGE}/").strip("/")
        first, _, last = lines.partition("-")
        self._lines = range(int(first), int(last or first) + 1) if first else None
        where = PROJECT / PACKAGE / self.path
        self.files = sorted(where.rglob("*.py")) if where.is_dir() else [where]
        if not where.exists():
            raise SystemExit(f"error: `{named}` is no folder or file of {PACKAGE}")

    def mutants(self) -> list[tuple[Path, Mutant]]:
        """All mutants there are here, each with its file's path in the project."""
        return [
            (file.relative_to(PROJECT), one)
            for file in self.files
            for one in mutants(file.read_bytes())
            if self._lines is None or one.line in self._lines
        ]

    def tests(self) -> str:
        """The tests of the room, as a path in the project."""
        room = Path("tests/unit") / self.path
        while not (PROJECT / room).is_dir():
            room = room.parent
        return str(room)


class Trial:
    """A copy of the project in which one mutant at a time lives."""

    def __init__(self, copy: Path, tests: Sequence[str], limit: float | None) -> None:
        self._copy = copy
        self._tests = list(dict.fromkeys(tests))
        self._limit = limit
        self._environment = {**os.environ, "PYTHONPATH": str(copy)}

    def prove_tests(self) -> None:
        """Run all tests on what is unbroken, and take the time limit from that."""
        begun = monotonic()
        with tempfile.TemporaryFile() as output:
            if self._run(self._tests, output) != "survived":
                output.seek(0)
                sys.stderr.write(output.read().decode(errors="replace"))
                raise SystemExit("error: the tests fail without any change, see above")
        taken = monotonic() - begun
        self._limit = self._limit or 10 + 3 * taken
        print(f"the tests take {taken:.0f} s; a mutant has {self._limit:.0f} s", flush=True)

    def outcome(self, path: Path, mutant: Mutant) -> str:
        """What became of a mutant: `killed`, `timed out`, or `survived`."""
        file = self._copy / path
        original = file.read_bytes()
        try:
            replace_file(file, mutant.applied(original))
            near = self._nearest(path)
            killed = self._run(near) if near else "survived"
            return killed if killed != "survived" else self._run(self._tests)
        finally:
            replace_file(file, original)

    def _nearest(self, path: Path) -> list[str]:
        """The tests of the module itself, which are the likeliest to notice."""
        room = self._copy / "tests" / "unit" / path.parent.relative_to(PACKAGE)
        return [str(one) for one in sorted(room.glob(f"test_{path.stem}*.py"))]

    def _run(self, tests: Sequence[str], output: IO[bytes] | None = None) -> str:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        ran = subprocess.Popen(
            command,
            cwd=self._copy,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=output or subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            process_group=0,  # not a session: its leader would get the terminals that tests open
        )
        try:
            return "killed" if ran.wait(self._limit) else "survived"
        except subprocess.TimeoutExpired:
            return "timed out"
        finally:
            end_group(ran)


def end_group(ran: subprocess.Popen[bytes]) -> None:
    """End a run and what it has begun."""
    if ran.poll() is None:
        os.killpg(ran.pid, signal.SIGKILL)
        ran.wait()


def replace_file(file: Path, content: bytes) -> None:
    """Write a module, and forget how it was compiled: the cache knows size and second alone."""
    file.write_bytes(content)
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()


def arguments() -> argparse.Namespace:
    """The command line."""
    assert __doc__ is not None
    words, _, more = __doc__.partition("\n")
    parser = argparse.ArgumentParser(
        "scripts/mutate",
        description=words,
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rooms", nargs="+", metavar="ROOM", help="a folder, a file or lines of one")
    parser.add_argument(
        "--tests", action="append", default=[], metavar="PATH", help="run these too"
    )
    parser.add_argument(
        "--most", type=int, metavar="N", help="so many mutants of each room at most"
    )
    parser.add_argument("--seed", type=int, default=0, help="which ones, with --most")
    parser.add_argument("--limit", type=float, metavar="SECONDS", help="the time of one mutant")
    parser.add_argument("--list", action="store_true", help="show the mutants and run nothing")
    return parser.parse_args()


def chosen(target: Target, most: int | None, seed: int) -> list[tuple[Path, Mutant]]:
    """The mutants of a room to try, in the order of its files."""
    everything = target.mutants()
    if most is None or most >= len(everything):
        return everything
    picked = random.Random(seed).sample(range(len(everything)), most)  # noqa: S311 (a sample)
    return [everything[index] for index in sorted(picked)]


def try_room(target: Target, options: argparse.Namespace) -> int:
    """Try the mutants of a room; returns how many survived."""
    picked = chosen(target, options.most, options.seed)
    if options.list:
        for path, mutant in picked:
            print(f"{path}:{mutant.line}: {mutant.change}")
        return 0
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        copy = Path(folder) / PROJECT.name
        shutil.copytree(PROJECT, copy, ignore=NOT_COPIED, symlinks=True)
        trial = Trial(copy, [target.tests(), *options.tests], options.limit)
        trial.prove_tests()
        counts = {"killed": 0, "timed out": 0, "survived": 0}
        for path, mutant in picked:
            outcome = trial.outcome(path, mutant)
            counts[outcome] += 1
            if outcome == "survived":
                print(f"{path}:{mutant.line}: {mutant.change}", flush=True)
    told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    print(f"{target.path}: {len(picked)} mutants: {told}", flush=True)
    return counts["survived"]


def main() -> None:
    """Try the mutants of all rooms that were named."""
    options = arguments()
    survivors = [try_room(target, options) for target in map(Target, options.rooms)]
    sys.exit(1 if any(survivors) else 0)


if __name__ == "__main__":
    main()
