"""Which parsers of other libraries a module calls, by the names that they have in those libraries.

Only what can raise for a text counts: `bytes.decode` of a charset that knows every byte, or one that
replaces what it does not know, and a number or pattern that stands in the program do not.
"""

import ast
from collections.abc import Iterator

# What every octet has a character in, and how a decoder is told not to raise.
EVERY_OCTET = {"latin-1", "iso-8859-1"}
BUILTINS = {"int", "float", "isinstance"}
# These give a number, or ASCII, whatever they are handed.
NUMBERS = {"len", "round", "floor", "ceil", "time", "monotonic", "stat", "timestamp", "count"}
ASCII = {"b64encode", "urlsafe_b64encode", "standard_b64encode", "hexlify", "encode_pairs"}


def called_names(source: str) -> set[str]:
    """What the text of a module calls, hands on or derives classes from, by its whole names."""
    tree = ast.parse(source)
    names = imported_names(tree)
    return {name for node in ast.walk(tree) for name in _called(node, names) if name}


def imported_names(tree: ast.Module) -> dict[str, str]:
    """By the name that it has in a module, the whole name of what is imported."""
    found = {name: name for name in BUILTINS}
    for node in ast.walk(tree):
        match node:
            case ast.Import(aliases):
                for one in aliases:
                    whole = one.name if one.asname else one.name.partition(".")[0]
                    found[one.asname or whole] = whole
            case ast.ImportFrom(str(module), aliases):
                found |= {one.asname or one.name: f"{module}.{one.name}" for one in aliases}
    return found


def _called(node: ast.AST, names: dict[str, str]) -> Iterator[str]:
    match node:
        case ast.Call(ast.Attribute(value, "decode") as function) if not _whole_name(
            function, names
        ):
            yield "bytes.decode" if _can_fail(node, value) else ""
        case ast.Call(function, arguments):
            whole = _whole_name(function, names)
            if not (arguments and _is_own(arguments[0])):
                yield whole
            # `map(int, texts)`, `Decoder(parse_float=float)`; not `isinstance(value, int)`.
            is_asked = whole == "isinstance"
            handed = [] if is_asked else [*arguments, *(one.value for one in node.keywords)]
            yield from (_whole_name(one, names) for one in handed)
        case ast.ClassDef(bases=bases):
            yield from (_whole_name(one, names) for one in bases)
        case ast.Attribute(_, "port", ast.Load()):
            yield "SplitResult.port"


def _can_fail(call: ast.Call, receiver: ast.expr) -> bool:
    words = [one.value for one in call.args if isinstance(one, ast.Constant)]
    errors = [*call.args[1:], *(one for one in call.keywords if one.arg == "errors")]
    is_ascii = any(
        isinstance(one, ast.Call) and _last_word(one.func) in ASCII for one in ast.walk(receiver)
    )
    is_decoder = _last_word(receiver).endswith("DECODER")  # of JSON, or of messages
    return not (errors or is_ascii or is_decoder or EVERY_OCTET.intersection(words))


def _is_own(argument: ast.expr) -> bool:
    match argument:
        case ast.Constant() | ast.JoinedStr():
            return True
        case ast.Call(function):
            return _last_word(function) in NUMBERS
        case _:
            return False


def _last_word(node: ast.expr) -> str:
    match node:
        case ast.Name(name) | ast.Attribute(_, name):
            return name
        case _:
            return ""


def _whole_name(node: ast.expr, names: dict[str, str]) -> str:
    match node:
        case ast.Name(name):
            return names.get(name, "")
        case ast.Attribute(value, name):
            before = _whole_name(value, names)
            return f"{before}.{name}" if before else ""
        case _:
            return ""
