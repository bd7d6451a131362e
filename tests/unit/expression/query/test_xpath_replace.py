"""Replacing in XML: what is not replaced stays as it is written."""

import pytest

from arazzo_runner.expression.query.limits import QueryError
from arazzo_runner.expression.query.xpath_replace import replace_xpath

XML = (
    '<?xml version="1.0"?>\n<!-- é --><e:E xmlns:e="urn:e" xmlns="urn:d" a=\'1\'  e:b = "2">'
    '<Id old="x">1</Id><N/><M z="&gt;>" /><O>a<P/>b</O></e:E>'
)


@pytest.mark.parametrize(
    ("target", "before", "after"),
    [
        ("/e:E/Id", ">1<", ">é&lt;&amp;\"<"),
        ("//Id/text()", ">1<", ">é&lt;&amp;\"<"),
        ("//N", "<N/>", "<N>é&lt;&amp;\"</N>"),
        ("//M", '<M z="&gt;>" />', '<M z="&gt;>" >é&lt;&amp;"</M>'),
        ("//M/@z", '"&gt;>"', "'é&lt;&amp;\"'"),
        ("/e:E/@a", "'1'", "'é&lt;&amp;\"'"),
        ("/e:E/@e:b", '"2"', "'é&lt;&amp;\"'"),
        ("//O | //P", "a<P/>b", 'é&lt;&amp;"'),
    ],
)  # fmt: skip
def test_44_replacements_in_xml(target, before, after):
    assert replace_xpath(XML, target, 'é<&"', "xpath-31", 1.0) == XML.replace(before, after)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("//Nope", "`//Nope` selects nothing"),
        ("1 + 1", "the target selects neither elements nor attributes nor text"),
        ("//N[", "the XPath failed"),
    ],
)
def test_44_targets_that_cannot_be_replaced(target, reason):
    with pytest.raises(QueryError, match=reason):
        replace_xpath(XML, target, "x", "xpath-31", 1.0)
