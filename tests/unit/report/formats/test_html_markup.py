from arazzo_runner.report.formats.html_markup import Markup, fill, join


def test_what_is_no_markup_is_text():
    hostile = "<b>\"&'\x1b\u202e"
    inner = fill("<i>%s</i>", hostile)
    assert inner == r"<i>&lt;b&gt;&quot;&amp;&#x27;\x1b\u{202e}</i>"
    assert fill("<p>%s%s</p>", inner, 200) == f"<p>{inner}200</p>"
    assert fill("%s", "<" * 100) == "&lt;" * 100


def test_text_of_a_value_never_becomes_a_template():
    assert fill("%s", "%s {0} %d") == "%s {0} %d"


def test_what_is_made_of_markup_is_text_again_unless_it_is_joined():
    one = Markup("<br>")
    assert fill("%s", one + one) == "&lt;br&gt;&lt;br&gt;"
    assert fill("%s", join((one, one))) == "<br><br>"
