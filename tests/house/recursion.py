"""Which functions of a module call themselves, at once or by way of others of that module.

What is called is found by its name. A method of another object counts, unless an annotation says
that the object is none of the module's classes: rather a row too many than a recursion not seen.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce

Function = ast.FunctionDef | ast.AsyncFunctionDef

PROPERTIES = {"property", "cached_property"}


@dataclass
class Definition:
    """A function: its path in the module, the class it is a method of, and what it is inside of."""

    node: Function
    path: str
    owner: ast.ClassDef | None
    outer: "Definition | None"
    inner: dict[str, "Definition"] = field(default_factory=dict)

    @property
    def is_property(self) -> bool:
        return not PROPERTIES.isdisjoint(_words(*self.node.decorator_list))


def recursions(source: str) -> list[tuple[str, ...]]:
    """The groups of functions that call each other, a function that calls itself by itself."""
    return _groups(ModuleCalls(ast.parse(source)).graph())


class ModuleCalls:
    """What each function of a module calls in that module."""

    def __init__(self, tree: ast.Module) -> None:
        self._classes = {one.name: one for one in ast.walk(tree) if isinstance(one, ast.ClassDef)}
        self._all = list(_definitions(tree, "", None, None))
        self._imported = {word for one in ast.walk(tree) for word in _imports(one)}
        self._top = {one.path: one for one in self._all if "." not in one.path}
        bases = {word for one in self._classes.values() for word in _words(*one.bases)}
        self._own_types = {*self._classes, *bases, "Self", "Any", "object"} - {"Exception", "str"}

    def graph(self) -> dict[str, set[str]]:
        """By the path of a function, the paths of those that it calls or hands on."""
        calls: dict[str, set[str]] = {one.path: set() for one in self._all}
        for one in self._all:
            calls[one.path] |= {called.path for called in self._called(one)}
        return calls

    def _called(self, one: Definition) -> Iterator[Definition]:
        nodes = list(_own_nodes(one.node))
        functions = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
        for node in nodes:
            match node:
                case ast.Name(id=name, ctx=ast.Load()):
                    yield from self._by_name(name, one)
                case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Load()):
                    yield from self._of_family(name, one)
                case ast.Attribute(value=receiver, attr=name, ctx=ast.Load()):
                    found = self._of_others(name, receiver, one)
                    yield from (held for held in found if id(node) in functions or held.is_property)

    def _by_name(self, name: str, one: Definition) -> Iterator[Definition]:
        """A function that is seen from there under that name, or the making of an object."""
        scope: Definition | None = one
        while scope is not None and name not in scope.inner:
            if name in _bound(scope.node):
                return
            scope = scope.outer
        found = scope.inner[name] if scope is not None else self._top.get(name)
        if found is not None:
            yield found
        elif name in self._classes:
            yield from self._methods("__init__", {name})
            yield from self._methods("__post_init__", {name})

    def _of_family(self, name: str, one: Definition) -> Iterator[Definition]:
        """A method of the object itself: of its class, of those above and of those below."""
        owner = one
        while owner.owner is None and owner.outer is not None:
            owner = owner.outer
        if owner.owner is None:
            return
        above = self._above(owner.owner.name)
        below = {other for other in self._classes if owner.owner.name in self._above(other)}
        yield from self._methods(name, above | below)

    def _above(self, name: str) -> set[str]:
        bases = _words(*self._classes[name].bases) & (self._classes.keys() - {name})
        return reduce(set.union, (self._above(one) for one in bases), {name})

    def _of_others(self, name: str, receiver: ast.expr, one: Definition) -> Iterator[Definition]:
        types = self._types_of(receiver, one)
        if types is None or not types.isdisjoint(self._own_types):
            yield from self._methods(name, set(self._classes))

    def _types_of(self, receiver: ast.expr, one: Definition) -> set[str] | None:
        """The names in what an object is annotated as; None where nothing says it."""
        match receiver:
            case ast.Constant() | ast.JoinedStr():
                return set()
            case ast.Call(func=ast.Name(id="super")):
                return set()
            case ast.Call(func=ast.Name(id=name)) if name in self._classes:
                return {name}
            case ast.Name(id=name) if name in self._imported:
                return set()
            case ast.Name(id=name):
                return self._types_of_name(name, one)
            case ast.Attribute(value=ast.Name(id="self"), attr=name):
                return self._types_of_attribute(name, one)
        return None

    def _types_of_name(self, name: str, one: Definition) -> set[str] | None:
        scope: Definition | None = one
        while scope is not None:
            for node in (*_arguments(scope.node), *_own_nodes(scope.node)):
                match node:
                    case ast.arg(arg=known, annotation=ast.expr() as said) if known == name:
                        return _words(said)
                    case ast.AnnAssign(target=ast.Name(id=known), annotation=said) if known == name:
                        return _words(said)
                    case ast.Assign(
                        targets=[ast.Name(id=known)], value=ast.Call(func=ast.Name(id=maker))
                    ) if known == name and maker[0].isupper():
                        return {maker}
            scope = scope.outer
        return None

    def _types_of_attribute(self, name: str, one: Definition) -> set[str] | None:
        while one.owner is None and one.outer is not None:
            one = one.outer
        if one.owner is None:
            return None
        owners = [self._classes[held] for held in self._above(one.owner.name)]
        for node in (part for owner in owners for part in ast.walk(owner)):
            match node:
                case ast.AnnAssign(
                    target=ast.Name(id=known) | ast.Attribute(attr=known), annotation=said
                ) if known == name:
                    return _words(said)
                case ast.FunctionDef(name=known, returns=ast.expr() as said) if known == name:
                    return _words(said)
                case ast.Assign(
                    targets=[ast.Attribute(attr=known)], value=ast.Name(id=argument)
                ) if known == name:
                    makers = [held for held in self._all if held.owner in owners]
                    found = [self._types_of_name(argument, held) for held in makers]
                    return next((types for types in found if types is not None), None)
                case ast.Assign(
                    targets=[ast.Attribute(attr=known)], value=ast.Call(func=maker)
                ) if known == name and isinstance(maker, ast.Name):
                    return {maker.id}
        return None

    def _methods(self, name: str, owners: set[str]) -> Iterator[Definition]:
        for one in self._all:
            if one.owner is not None and one.owner.name in owners and one.node.name == name:
                yield one


def _definitions(
    node: ast.AST, prefix: str, owner: ast.ClassDef | None, outer: Definition | None
) -> Iterator[Definition]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                one = Definition(child, f"{prefix}{child.name}", owner, outer)
                if outer is not None and owner is None:
                    outer.inner[child.name] = one
                yield one
                yield from _definitions(child, f"{one.path}.", None, one)
            case ast.ClassDef():
                yield from _definitions(child, f"{prefix}{child.name}.", child, outer)
            case _:
                yield from _definitions(child, prefix, owner, outer)


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """What is in a function, without the functions and classes in it."""
    body = node.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else [node]
    waiting: list[ast.AST] = list(body)
    while waiting:
        one = waiting.pop()
        if not isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield one
            waiting.extend(ast.iter_child_nodes(one))


def _arguments(node: Function) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _bound(node: Function) -> set[str]:
    """The names that are values of a function's own: no function of the module is meant there."""
    stored = {
        one.id
        for one in _own_nodes(node)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }
    return stored | {one.arg for one in _arguments(node)}


def _imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (one.asname or one.name for one in node.names)


def _words(*nodes: ast.AST) -> set[str]:
    """All names in expressions, of quoted annotations too."""
    found: set[str] = set()
    for node in (part for one in nodes for part in ast.walk(one)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                found.add(name)
            case ast.Constant(value=str() as text):
                found |= {*text.replace("[", " ").replace("]", " ").replace("|", " ").split()}
    return found


def _groups(calls: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    reached = {one: _reached(one, calls) for one in calls}
    cyclic = sorted(one for one in calls if one in reached[one])
    groups = {tuple(two for two in cyclic if _are_mutual(one, two, reached)) for one in cyclic}
    return sorted(groups)


def _are_mutual(one: str, two: str, reached: Mapping[str, set[str]]) -> bool:
    return two in reached[one] and one in reached[two]


def _reached(start: str, calls: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [*calls[start]]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(calls[one])
    return found
