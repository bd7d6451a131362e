import pytest

from arazzo_runner.document.uris import (
    base_uri,
    relative_reference,
    resolve_reference,
    without_fragment,
)

# RFC 3986, section 5.4: normal and abnormal examples, against http://a/b/c/d;p?q
RFC_3986 = """
g:h g:h | g http://a/b/c/g | ./g http://a/b/c/g | g/ http://a/b/c/g/ | /g http://a/g | //g http://g
?y http://a/b/c/d;p?y | g?y http://a/b/c/g?y | #s http://a/b/c/d;p?q#s | g#s http://a/b/c/g#s
g?y#s http://a/b/c/g?y#s | ;x http://a/b/c/;x | g;x http://a/b/c/g;x | g;x?y#s http://a/b/c/g;x?y#s
. http://a/b/c/ | ./ http://a/b/c/ | .. http://a/b/ | ../ http://a/b/ | ../g http://a/b/g
../.. http://a/ | ../../ http://a/ | ../../g http://a/g | ../../../g http://a/g
../../../../g http://a/g | /./g http://a/g | /../g http://a/g | g. http://a/b/c/g. | .g http://a/b/c/.g
g.. http://a/b/c/g.. | ..g http://a/b/c/..g | ./../g http://a/b/g | ./g/. http://a/b/c/g/
g/./h http://a/b/c/g/h | g/../h http://a/b/c/h | g;x=1/./y http://a/b/c/g;x=1/y
g;x=1/../y http://a/b/c/y | g?y/./x http://a/b/c/g?y/./x | g?y/../x http://a/b/c/g?y/../x
g#s/./x http://a/b/c/g#s/./x | g#s/../x http://a/b/c/g#s/../x | http:g http:g
""".replace("\n", " | ").strip(" |")


@pytest.mark.parametrize(("reference", "target"), [one.split() for one in RFC_3986.split(" | ")])
def test_the_examples_of_rfc_3986(reference, target):
    assert resolve_reference("http://a/b/c/d;p?q", reference) == target


@pytest.mark.parametrize(
    ("base", "reference", "target"),
    [
        ("http://a/b/c/d;p?q", "", "http://a/b/c/d;p?q"),
        ("file:///Users/dev/w/a.yaml", "../specs/b.yaml", "file:///Users/dev/specs/b.yaml"),
        ("file:///d/a.yaml", "/etc/b.yaml", "file:///etc/b.yaml"),
        ("file:///d/a.yaml", "https://e.com/../b", "https://e.com/b"),
        ("https://e.com", "b.yaml", "https://e.com/b.yaml"),
        ("https://e.com/a", "//f.com/./b", "https://f.com/b"),
        ("urn:uuid:1-2", "b.yaml", "urn:b.yaml"),
        ("urn:uuid:1-2", "urn:uuid:3", "urn:uuid:3"),
        ("custom://h/a/b", "c", "custom://h/a/c"),
        ("file:///d/a b.yaml", "c d.yaml", "file:///d/c d.yaml"),
        ("a/b", "../c", "c"),
    ],
)
def test_every_scheme_is_resolved_alike(base, reference, target):
    assert resolve_reference(base, reference) == target


# Arazzo 1.1.0, appendix B: `$self`, where it was retrieved, the url, and what it resolves to.
@pytest.mark.parametrize(
    ("self_uri", "retrieved", "url", "resolved"),
    [
        ("https://api.example.com/workflows/purchase.arazzo.yaml", "file:///Users/dev/projects/workflows/purchase.arazzo.yaml", "../specs/petstore.yaml", "https://api.example.com/specs/petstore.yaml"),
        (None, "file:///Users/dev/projects/workflows/purchase.arazzo.yaml", "../specs/petstore.yaml", "file:///Users/dev/projects/specs/petstore.yaml"),
        (None, "https://api.example.com/workflows/purchase.arazzo.json", "../specs/petstore.json", "https://api.example.com/specs/petstore.json"),
        (None, "https://workflows.example.com/a7b3c4d5", "specs/petstore.yaml", "https://workflows.example.com/specs/petstore.yaml"),
        ("workflows/purchase.arazzo.yaml", "https://api.example.com/v2/api-description.yaml", "../specs/petstore.yaml", "https://api.example.com/v2/specs/petstore.yaml"),
        ("https://workflows.example.com/canonical/purchase.arazzo.yaml", "https://cdn.example.com/cache/abc123.yaml", "a.yaml", "https://workflows.example.com/canonical/a.yaml"),
        ("", "file:///d/a.yaml", "b.yaml", "file:///d/b.yaml"),
    ],
)  # fmt: skip
def test_semantics_5_the_base_uri(self_uri, retrieved, url, resolved):
    assert resolve_reference(base_uri(self_uri, retrieved), url) == resolved


def test_the_fragment_is_taken_off():
    assert without_fragment("https://e.com/a?b#c#d") == "https://e.com/a?b"


@pytest.mark.parametrize(
    ("base", "target", "reference"),
    [
        ("file:///a/b/c.yaml", "file:///a/b/d.yaml", "d.yaml"),
        ("file:///a/b/c.yaml", "file:///a/b/c.yaml", "c.yaml"),
        ("file:///a/b/c.yaml", "file:///a/d/e/f.yaml", "../d/e/f.yaml"),
        ("file:///a/b/c.yaml", "file:///a/b", "../b"),
        ("https://x.example/a?v=1", "https://x.example/b/?v=2", "b/?v=2"),
        ("https://x.example/a", "https://y.example/a", "https://y.example/a"),
        ("https://x.example", "https://x.example/a", "https://x.example/a"),
        ("https://x.example/a/b", "https://x.example/a/", "./"),
        ("https://x.example/a/b", "https://x.example/a/c:d", "./c:d"),
        ("urn:x:y", "urn:x:z", "urn:x:z"),
        ("file:///a/b", "file:c", "file:c"),
    ],
)
def test_references_from_a_base(base, target, reference):
    assert relative_reference(base, target) == reference
