"""The table "Style Examples" of the specification: how each style writes four values."""

STRING = "blue"
ARRAY = ["blue", "black", "brown"]
OBJECT = {"R": 100, "G": 200, "B": 150}
EMPTY = ""

# OpenAPI Specification 3.1.1 and 3.2.1, "Style Examples": empty, string, array, object.
STYLES = [
    (
        "path",
        "matrix",
        False,
        [";color", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"],
    ),
    (
        "path",
        "matrix",
        True,
        [";color", ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"],
    ),
    ("path", "label", False, [None, ".blue", ".blue,black,brown", ".R,100,G,200,B,150"]),
    ("path", "label", True, [None, ".blue", ".blue.black.brown", ".R=100.G=200.B=150"]),
    ("path", "simple", False, [None, "blue", "blue,black,brown", "R,100,G,200,B,150"]),
    ("path", "simple", True, [None, "blue", "blue,black,brown", "R=100,G=200,B=150"]),
    ("header", "simple", False, ["", "blue", "blue,black,brown", "R,100,G,200,B,150"]),
    ("header", "simple", True, ["", "blue", "blue,black,brown", "R=100,G=200,B=150"]),
    (
        "query",
        "form",
        False,
        ["color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"],
    ),
    (
        "query",
        "form",
        True,
        ["color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"],
    ),
    (
        "query",
        "spaceDelimited",
        False,
        ["color=", "color=blue", "color=blue%20black%20brown", "color=R%20100%20G%20200%20B%20150"],
    ),
    (
        "query",
        "pipeDelimited",
        False,
        ["color=", "color=blue", "color=blue%7Cblack%7Cbrown", "color=R%7C100%7CG%7C200%7CB%7C150"],
    ),
    (
        "query",
        "tabDelimited",
        False,
        ["color=", "color=blue", "color=blue%09black%09brown", "color=R%09100%09G%09200%09B%09150"],
    ),
    (
        "query",
        "deepObject",
        True,
        [
            "color=",
            "color=blue",
            "color=blue&color=black&color=brown",
            "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150",
        ],
    ),
    (
        "cookie",
        "form",
        True,
        ["color=", "color=blue", "color=blue; color=black; color=brown", "R=100; G=200; B=150"],
    ),
    (
        "cookie",
        "cookie",
        True,
        ["color=", "color=blue", "color=blue; color=black; color=brown", "R=100; G=200; B=150"],
    ),
    (
        "cookie",
        "form",
        False,
        ["color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"],
    ),
    # 2.0, where arrays are delimited in paths and headers too.
    (
        "path",
        "pipeDelimited",
        False,
        [None, "blue", "blue%7Cblack%7Cbrown", "R%7C100%7CG%7C200%7CB%7C150"],
    ),
    ("header", "pipeDelimited", False, ["", "blue", "blue|black|brown", "R|100|G|200|B|150"]),
    ("header", "spaceDelimited", False, ["", "blue", "blue black brown", "R 100 G 200 B 150"]),
]
