"""The command that repeats a run: the words that were typed, without secrets, for a shell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from msgspec import Struct

from arazzo_runner.cli.command_words import command_words
from arazzo_runner.http_semantics.user_information import without_logins
from arazzo_runner.report.secrets import Masker
from arazzo_runner.text.pattern import lazy_pattern

_INPUT: Final = lazy_pattern(r"(--input=|-i(?!n))(.+)", re.DOTALL)
_KEY_FLAG: Final = "--key-password"
_USER: Final = lazy_pattern(r"(?<=://)[^/@\s]*@")


def typed_command() -> RerunCommand:
    """The command that is being carried out; of one that runs again and again, a single run."""
    words = _without_end_of_flags(command_words())
    return RerunCommand(words).without("--every").without("--on-failure")


def _without_end_of_flags(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words without ``--``, behind which no flag can be added."""
    if "--" not in words:
        return words
    at = words.index("--")
    return (*words[:at], *map(document_word, words[at + 1 :]))


def document_word(path: str) -> str:
    """A path as a word that is never taken for a flag: ``./-x.yaml``."""
    return f"./{path}" if path.startswith("-") and path != "-" else path


class RerunCommand(Struct, frozen=True):
    """The words of a command, the first of which is its name; none when it is not known."""

    words: tuple[str, ...]

    def line(self, masker: Masker, *more: str) -> str:
        """One line for a POSIX shell with ``more`` words at its end.

        An input that holds a secret becomes a variable: ``-i password="$PASSWORD"``, and so does
        the password of a key.
        """
        from arazzo_runner.report.curl import shell_quote

        return " ".join(["arazzo", *_quote_words(self.words, masker), *map(shell_quote, more)])

    def has(self, *flags: str) -> bool:
        """Whether one of these flags was typed."""
        return any(one in flags or one.partition("=")[0] in flags for one in self.words)

    def with_seed(self, seed: int | None) -> RerunCommand:
        """The command with the seed of the inputs that were generated, if it has none."""
        if seed is None or self.words[:1] != ("run",) or self.has("--seed"):
            return self
        return RerunCommand((*self.words, "--seed", str(seed)))

    def without_words(self, words: Collection[str]) -> RerunCommand:
        """The command without these words, the documents."""
        excluded = {*words, *map(document_word, words)}
        return RerunCommand(tuple(one for one in self.words if one not in excluded))

    def without(self, flag: str) -> RerunCommand:
        """The command without a flag and its values."""
        kept: list[str] = []
        words = iter(self.words)
        for word in words:
            if word == flag:
                next(words, None)
            elif not word.startswith(f"{flag}="):
                kept.append(word)
        return RerunCommand(tuple(kept))


def _quote_words(words: Sequence[str], masker: Masker) -> Iterator[str]:
    from arazzo_runner.report.curl import shell_quote

    before = ""
    for word in words:
        glued = _INPUT.fullmatch(word)
        if before in ("-i", "--input"):
            yield _assignment(word, masker)
        elif before == _KEY_FLAG:
            yield '"$ARAZZO_KEY_PASSWORD"'
        elif word.startswith(f"{_KEY_FLAG}="):
            yield f'{_KEY_FLAG}="$ARAZZO_KEY_PASSWORD"'
        elif glued:
            yield glued[1] + _assignment(glued[2], masker)
        else:
            yield shell_quote(masker.text(without_logins(_USER.sub("***@", word))))
        before = word


def _assignment(text: str, masker: Masker) -> str:
    from arazzo_runner.report.curl import shell_quote

    name, _, value = text.partition("=")
    # What follows `name:=` is JSON, in which a secret may be escaped.
    if masker.text(value) == value:
        return shell_quote(text)
    variable = re.sub(r"\W", "_", name.rstrip(":"), flags=re.ASCII).upper()
    return f'{shell_quote(name)}="${variable}"'
