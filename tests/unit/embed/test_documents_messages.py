"""Messages name keyword arguments where the command line has flags."""

import pytest

from arazzo_runner.embed.documents import in_python, in_python_words
from arazzo_runner.text.diagnostic import error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("give it with `-i to=…`", 'give it with `inputs={"to": …}`'),
        (
            "`--server URL`, such as `--server https://a`",
            '`server="URL"`, such as `server="https://a"`',
        ),
        ("`--server shop=http://a` names", '`servers={"shop": "http://a"}` names'),
        ("say it with `--source shop=PATH`", 'say it with `sources={"shop": "PATH"}`'),
        ("raise it with `--max-steps`", "raise it with `limits=Limits(max_steps=…)`"),
        ("`--cacert FILE` trusts another", "`http=HttpSettings(cacert=…)` trusts another"),
        ("`--insecure` leaves out", "`http=HttpSettings(insecure=True)` leaves out"),
        ("`--allow-read` allows it", "`allow_read=True` allows it"),
        ("give it with `--input to=1`", 'give it with `inputs={"to": "1"}`'),
        ("`--mock` answers", "`mock=True` answers"),
        ("`--check schema=off` leaves out", '`checks={"schema": "off"}` leaves out'),
        ("`--credential a@b` takes it", "`http=HttpSettings(credential_origins=…)` takes it"),
        ("`--max-sources N`", "`limits=LoadLimits(…)`"),
        ("`--servers`, `--client`, `--limits`", "`--servers`, `--client`, `--limits`"),
        ("run it with `--debug`, or `-v`", "run it with `--debug`, or `-v`"),
        ("the input `to` is not given", "the input `to` is not given"),
    ],
)
def test_flags_become_keywords(text, said) -> None:
    assert in_python(text) == said


def test_findings() -> None:
    told = in_python_words(error("AZ906", "`--until x` names no step"))
    assert (told.message, told.help) == ('`until="x"` names no step', None)
