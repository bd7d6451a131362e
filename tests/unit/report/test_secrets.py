import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arazzo_runner.expression.value import MISSING, describe
from arazzo_runner.report.secrets import MASK, NO_MASK, URL_MASK, Masker
from arazzo_runner.text.diagnostic import shorten

SECRET = "pä$s/wo rd+\"1'"


@pytest.mark.parametrize(
    ("secret", "text", "masked"),
    [
        ("hunter22", "a hunter22 b hunter22", "a *** b ***"),
        ("hunter22", "Hunter22", "Hunter22"),
        ("", "text", "text"),
        ("     ", "a      b", "a      b"),
        (SECRET, f"x{SECRET}y", "x***y"),
        (SECRET, quote(SECRET, safe=""), MASK),
        (SECRET, quote(SECRET), MASK),
        (SECRET, quote(SECRET, safe="").lower(), MASK),
        (SECRET, quote_plus(SECRET), MASK),
        (SECRET, json.dumps({"a": SECRET}), '{"a": "***"}'),
        (SECRET, json.dumps({"a": SECRET}, ensure_ascii=False), '{"a": "***"}'),
        (SECRET, json.dumps(SECRET).replace("/", r"\/"), '"***"'),
        (SECRET, "<a>pä$s/wo rd+&quot;1&apos;</a>", "<a>***</a>"),
        ("a&b<c>d", "<x>a&amp;b&lt;c&gt;d</x>", "<x>***</x>"),
        ("\U0001f511key", json.dumps("\U0001f511key"), '"***"'),
        ("\U0001f511key", r'"\uD83D\uDD11key"', '"***"'),
        ("tab\there", r"tab\there", MASK),
        ("pass word", "q=pass+word", "q=***"),
        (".*.*", "abcdef .*.*", "abcdef ***"),
    ],
)  # fmt: skip
def test_a_secret_is_masked_in_any_encoding(secret, text, masked):
    assert Masker([secret]).text(text) == masked


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "user:"])
@pytest.mark.parametrize("after", ["", "z", "zz", "zzz"])
@pytest.mark.parametrize("secret", ["hunter22", "s3cr", "s3cr3", "??>>~~ÿ"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_masked_inside_base64(before, after, secret, encode):
    encoded = encode((before + secret + after).encode()).decode()
    for text in (encoded, quote(encoded, safe="")):
        shown = Masker([secret]).text(f"token {text}.")
        assert "***" in shown
        rest = shown.replace("***", " ").split()
        assert sum(map(len, rest)) <= len("token.") + 4 * (len(before) + len(after)) + 6


def test_the_pair_of_basic_authentication_leaves_nothing_of_user_or_password():
    masker = Masker(pairs=[("AC123", "hunter22")])
    encoded = base64.b64encode(b"AC123:hunter22").decode()
    assert masker.text(f"Basic {encoded}") == "Basic ***"
    assert masker.text("AC123 hunter22") == "AC123 ***"


def test_the_longest_secret_wins():
    assert (
        Masker(["pass", "password", "passwords!"]).text("password passwords! pass") == "*** *** ***"
    )


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("12", "***"),
        ("status 12 of 12", "status 12 of 12"),
        ('{"pin":"12"}', '{"pin":"***"}'),
        ("pin=12&x=1", "pin=***&x=1"),
        ("pin=12", "pin=***"),
        ("pin=123", "pin=123"),
    ],
)
def test_a_short_secret_is_masked_only_as_a_whole_value(text, masked):
    assert Masker(["12"]).text(text) == masked


def test_values_are_masked_to_any_depth_with_keys_numbers_and_bytes():
    masker = Masker(["hunter22", "1234", "7"])
    value = {
        "hunter22": ["xhunter22", 1234, 7, 7.0, True, None, b"\xffhunter22"],
        "b": {"c": 12345, "d": MISSING},
    }
    assert masker.value(value) == {
        "***": ["x***", "***", "***", 7.0, True, None, b"\xff***"],
        "b": {"c": 12345, "d": MISSING},
    }


def test_values_512_levels_deep_are_masked():
    value = "hunter22"
    for _ in range(256):
        value = [{"a": value}]
    masked = json.dumps(Masker(["hunter22"]).value(value))
    assert '"***"' in masked
    assert "hunter22" not in masked


def test_an_integer_with_more_digits_than_python_spells_is_no_secret():
    huge = 10**5000
    assert Masker(["hunter22"]).value(huge) is huge


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        ("Authorization", "Bearer x", MASK),
        ("authorization", "Bearer x", MASK),
        ("Set-Cookie", "sid=1", MASK),
        ("X-Api-Key", "k", MASK),
        ("X-Request-Id", "hunter22-1", "***-1"),
        ("Accept", "application/json", "application/json"),
    ],
)
def test_header_fields_are_masked_by_name_and_value(name, value, masked):
    assert Masker(["hunter22"]).headers(((name, value),)) == ((name, masked),)


def test_header_names_can_be_given():
    masker = Masker(header_names=["X-My-Key"])
    fields = (("x-my-key", "a"), ("Cookie", "b"))
    assert masker.headers(fields) == (("x-my-key", MASK), ("Cookie", "b"))


@pytest.mark.parametrize(
    ("expression", "masked"),
    [
        ("$request.header.Authorization", MASK),
        ("$response.header.set-cookie", MASK),
        ("$response.headers.Set-Cookie", MASK),
        ("$response.header.Location", "/x"),
        ("$inputs.authorization", "/x"),
    ],
)
def test_operands_that_read_a_credential_header_are_masked(expression, masked):
    assert Masker().operand(expression, "/x") == masked


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("short", 10, "short"),
        ("aaaa hunter22 bbbb", 7, "aaaa ***"),
        ("aaaa hunter22 bbbb", 4, "aaaa"),
        ("hunter22 bbbb", 100, "*** bbbb"),
        ("hunter22 bbbb cccc", 11, "*** bb"),
        ("aaaa bbbb cccc", 4, "aaaa"),
        ("aaaa bbbb hunter22", 6, "aaaa b"),
        ("hunter22hunter22 abc", 10, "******"),
    ],
)
def test_text_is_cut_without_cutting_a_secret(text, limit, clipped):
    assert Masker(["hunter22"]).clip(text, limit) == clipped


def test_clipping_without_secrets_only_cuts():
    assert NO_MASK.clip("abcdef", 3) == "abc"


def test_what_is_learned_during_the_run_is_masked_from_then_on():
    masker = Masker(["hunter22"])
    assert masker.text("token-1") == "token-1"
    masker.learn(["token-1", "hunter22"])
    assert masker.text("token-1 hunter22") == "*** ***"
    masker.learn([])
    assert masker.text("token-1") == MASK
    assert masker.margin >= len("hunter22")


def test_show_secrets_masks_nothing():
    fields = (("Authorization", "Basic x"),)
    assert NO_MASK.headers(fields) == fields
    assert NO_MASK.text("hunter22") == "hunter22"
    assert NO_MASK.value({"a": 1}) == {"a": 1}
    assert NO_MASK.operand("$request.header.Authorization", "x") == "x"


@given(
    secret=st.text(min_size=4, max_size=30),
    before=st.text(max_size=5),
    after=st.text(max_size=5),
    encode=st.sampled_from(
        [
            str,
            json.dumps,
            lambda text: json.dumps(text, ensure_ascii=False),
            lambda text: quote(text, safe="", errors="surrogatepass"),
            lambda text: quote_plus(text, errors="surrogatepass"),
        ]
    ),
)
def test_no_encoding_lets_a_secret_through(secret, before, after, encode):
    encoded = encode(before + secret + after)
    inner = encode(secret).strip('"')
    shown = Masker([secret]).text(encoded)
    assert MASK in shown
    if MASK not in inner and inner not in encode(before) + MASK + encode(after):
        assert inner not in shown.replace(MASK, "\0")


ENCODINGS = {
    "raw": str,
    "json": json.dumps,
    "json-utf8": lambda text: json.dumps(text, ensure_ascii=False),
    "json-slash": lambda text: json.dumps(text).replace("/", r"\/"),
    "percent": lambda text: quote(text, safe=""),
    "percent-path": quote,
    "percent-lower": lambda text: re.sub("%..", lambda one: one[0].lower(), quote(text)),
    "form": quote_plus,
    "json-go": lambda text: json.dumps(text).translate({ord(one): rf"\u{ord(one):04x}" for one in "<>&"}),
    "html": html.escape,
    "html-numbers": lambda text: html.escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
}  # fmt: skip


@pytest.mark.parametrize("inner", ENCODINGS)
@pytest.mark.parametrize("outer", ENCODINGS)
@pytest.mark.parametrize("secret", ["hunter22", SECRET, "a&b<c>/d?e", "\U0001f511grün", "t" * 1200])
def test_two_layers_of_encodings_hide_nothing(inner, outer, secret):
    encoded = ENCODINGS[outer](ENCODINGS[inner](secret))
    shown = Masker([secret]).text(f"x {encoded} y")
    assert MASK in shown
    assert len(shown) <= len(f'x "\\"{MASK}\\"" y') + 14
    assert shown.startswith("x ")
    assert shown.endswith(" y")


@pytest.mark.parametrize(
    ("secret", "text", "masked"),
    [
        ("0123456789" * 8, "you sent 01234567890123…", "you sent ***…"),
        ("0123456789" * 8, 'string "you sent 01234567…" is not', 'string "you sent ***…" is not'),
        ("0123456789" * 8, "you sent 01…", "you sent ***…"),
        ("0123456789" * 8, "you sent 0…", "you sent 0…"),
        ("0123456789" * 8, "you sent 0123 and…", "you sent 0123 and…"),
        ('a"b"c"d"e"f', r"got a\"b\"c\…", "got ***…"),
        ("é" * 30, r"got \u00e9\u00e9\u00e9\u00e9\u00…", "got ***…"),
        ("0123456789" * 8, base64.b64encode(b"0123456789" * 8).decode()[:20] + "…", "***…"),
    ],
)
def test_the_beginning_of_a_secret_that_others_have_cut_is_masked(secret, text, masked):
    assert Masker([secret]).text(text) == masked


_CUTS = {
    "describe": lambda text: describe(text, 30),
    "describe an object": lambda text: describe({"a": [text]}, 30),
    "describe encoded JSON": lambda text: describe({"a": json.dumps(text)}, 30),
    "shorten": lambda text: shorten(text, 30),
    "quoted": lambda text: f"`{shorten(text, 30)}` is invalid",
    "URL": lambda text: shorten(quote(text, safe=""), 30),
}
_DISTINCT = ["hunTer2/XyZ;qwk8+Mv5", "é\U0001f511\"ä\\ö\n&<>'%ßñ\U0001f600ü\tz9=¿1"]


@pytest.mark.parametrize("secret", _DISTINCT)
@pytest.mark.parametrize("cut", _CUTS.values(), ids=_CUTS)
def test_a_cut_at_any_place_leaves_at_most_one_character_of_a_secret(secret, cut):
    masker = Masker([secret])
    for offset in range(45):
        shown = masker.text(cut("." * offset + secret + "." * 50))
        for at in range(len(secret) - 1):
            pair = secret[at : at + 2]
            for spelled in (pair, json.dumps(pair)[1:-1], quote(pair, safe="")):
                assert spelled not in shown, (offset, shown)


@pytest.mark.parametrize("offset", range(45))
def test_a_cut_of_base64_leaves_at_most_one_character_of_a_secret(offset):
    secret = "hunTer2/XyZ;qwk8+Mv5"
    encoded = base64.b64encode(b"." * offset + secret.encode() + b"." * 50).decode()
    shown = Masker([secret]).text(shorten(encoded, 30)).rstrip("…")
    head = shown.partition(MASK)[0]
    readable = base64.b64decode(head[: len(head) // 4 * 4])
    assert not any(secret[at : at + 2].encode() in readable for at in range(len(secret) - 1))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("test", MASK),
        ("the latest test of a contest", "the latest *** of a contest"),
        ("abc", "abc"),
        ("xsession-1y", "x***y"),
        ('"test"', '"***"'),
        ("xseven77y", "xseven77y"),
        ("a seven77", "a ***"),
        ("xeight888y", "x***y"),
    ],
)
def test_what_was_observed_is_masked_and_short_words_only_as_such(text, masked):
    masker = Masker()
    masker.observe(["test", "abc", "session-1", "seven77", "eight888"])
    assert masker.text(text) == masked


def test_a_secret_that_was_observed_before_is_masked_anywhere():
    masker = Masker(["test"])
    masker.observe(["test"])
    assert masker.text("latest") == "la***"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("see https://ann:pw@h/a?token=t&x=1", "see https://***@h/a?token=***&x=1"),
        ("mail ann@example.com, http://h/@x", "mail ann@example.com, http://h/@x"),
        ("a=1&b=2", "a=1&b=2"),
        ("GET /a?token=t HTTP/1.1", "GET /a?token=*** HTTP/1.1"),
        ("https://ann:pw@h/a", "https://***@h/a"),
    ],
)
def test_secrets_of_urls_are_masked_unknown(text, masked):
    assert URL_MASK.text(text) == masked
    assert Masker(["hunter22"]).value({"a": [text]}) == {"a": [masked]}
    assert NO_MASK.text(text) == text


def test_a_value_without_secrets_is_the_same():
    value = {"a": [1, "b", b"c", MISSING], "d": {"e": 'x"y'}}
    assert Masker(["hunter22"]).value(value) is value


def test_secrets_are_found_in_values_through_all_layers():
    inner = json.dumps({"a": json.dumps({"b": SECRET})})
    assert MASK in Masker([SECRET]).value({"x": inner})["x"]
    assert Masker(["hunter22"]).value({"x": [b"a hunter22"]}) == {"x": [b"a ***"]}


def test_all_secrets_overlapping_are_one():
    assert Masker(["abcdef", "defghi"]).text("x abcdefghi y") == "x *** y"


def test_what_was_observed_may_turn_out_to_be_a_secret():
    masker = Masker()
    masker.observe(["test"])
    assert masker.text("latest") == "latest"
    masker.learn(["test"])
    assert masker.text("latest") == "la***"


def escaped(text: str, times: int) -> str:
    for _ in range(times):
        text = quote(text, safe="")
    return text


@pytest.mark.parametrize(
    ("size", "layers", "is_masked"),
    [(0, 3, True), (16_384, 3, True), (16_385, 3, False), (16_385, 2, True), (16_384, 4, False)],
)
def test_the_work_for_escapes_in_escapes_is_bounded(size, layers, is_masked):
    hidden = escaped(SECRET, layers)
    text = f"{hidden} ".ljust(size, "x")
    shown = Masker([SECRET]).text(text)
    assert shown == (text.replace(hidden, MASK) if is_masked else text)


def test_a_secret_longer_than_what_is_looked_at_is_cut_away():
    long = "".join(f"{number:04}" for number in range(500))
    text = f"{'x' * 10}{long}"
    assert Masker([long]).clip(text, 20) == f"{'x' * 10}{MASK}"


def test_of_two_beginnings_of_a_cut_secret_the_first_counts():
    # As it stands "abcdefg" begins the secret, and decoded all of "abcdefgh abcdefg".
    assert Masker(["abcdefgh abcdefgh!"]).text("x %61bcdefgh abcdefg…") == f"x {MASK}…"


def test_a_value_that_is_no_json_is_masked_all_the_same():
    huge = 10**5000  # more digits than Python spells
    assert Masker(["hunter22"]).value({"n": huge, "a": "hunter22"}) == {"n": huge, "a": MASK}


def test_a_secret_that_begins_at_the_cut_is_cut_away():
    assert Masker(["hunter22"]).clip(f"{'x' * 10}hunter22 y", 10) == "x" * 10


def test_a_secret_within_a_longer_one_uncovers_nothing_of_it():
    masker = Masker(["begins-middle-ends", "middle"])
    assert masker.text("a begins-middle-ends b") == "a *** b"


def test_a_value_is_looked_through_one_layer_deeper_than_its_texts():
    secret = 'wo"r&d-of-three'
    twice = quote(quote(secret, safe=""), safe="")
    spelled = "".join(f"\\u{ord(one):04x}" for one in twice)
    masker = Masker([secret])
    assert masker.text(spelled) == MASK
    assert masker.value({"in": [spelled]}) == {"in": [MASK]}
