"""Which modules a handler can come to import, read from the source, imports inside functions included.

`bootstrap` wires everything, so it counts by function: a module reaches what the `bootstrap.…` it names do.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

BOOTSTRAP = "chalicelib.bootstrap"


def packages_reached(root: Path, module: str) -> dict[str, str]:
    """Top-level package → a module that imports it, for all that `module` reaches outside of `root`."""
    found: dict[str, str] = {}
    seen, todo = set(), [(module, "")]
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        for name in _reaches(root, *node):
            target = _own(root, name[0])
            if target is None:
                found.setdefault(name[0].partition(".")[0], node[0])
            elif target.startswith(BOOTSTRAP):
                todo.append((BOOTSTRAP, name[1]))
            else:
                todo.append((target, ""))
    return found


def _reaches(root: Path, module: str, function: str) -> Iterator[tuple[str, str]]:
    """Module (and function of bootstrap) that one module reaches; of bootstrap, one function's share."""
    for parent in _parents(module):
        yield parent, "__init__"
    if module != BOOTSTRAP:
        tree = _tree(root, module)
        yield from _imports(tree)
        yield from ((BOOTSTRAP, name) for name in _taken_from_bootstrap(tree))
        return
    wiring = _wiring(root)
    bodies = {node.name: node for node in wiring if isinstance(node, ast.FunctionDef)}
    outside = ast.Module([node for node in wiring if not isinstance(node, ast.FunctionDef)], [])
    yield from (name for name in _imports(outside) if not name[0].startswith(BOOTSTRAP))
    if function in bodies:
        yield from _imports(bodies[function])
        for node in ast.walk(bodies[function]):
            if isinstance(node, ast.Name) and node.id in bodies:
                yield BOOTSTRAP, node.id


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in _but_for_types(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, ""
            yield from ((f"{node.module}.{alias.name}", alias.name) for alias in node.names)


def _taken_from_bootstrap(tree: ast.AST) -> Iterator[str]:
    for node in _but_for_types(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "bootstrap"
        ):
            yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module == BOOTSTRAP:
            yield from (alias.name for alias in node.names)


def _but_for_types(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs: what stands under `if TYPE_CHECKING` never does."""
    yield tree
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield from _but_for_types(node)


def _own(root: Path, name: str) -> str | None:
    """The module of ours that a dotted name is or lies in; None for others'."""
    if not _exists(root, name.partition(".")[0]):
        return None
    while not _exists(root, name):
        name = name.rpartition(".")[0]
    return name


def _exists(root: Path, module: str) -> bool:
    path = root.joinpath(*module.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


@cache
def _wiring(root: Path) -> list[ast.stmt]:
    """What all modules of bootstrap say, taken as one: they import functions from each other."""
    modules = sorted(root.joinpath(*BOOTSTRAP.split(".")).glob("*.py"))
    return [node for module in modules for node in ast.parse(module.read_text(encoding="utf-8")).body]


@cache
def _tree(root: Path, module: str) -> ast.Module:
    path = root.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_text(encoding="utf-8"))


def _parents(module: str) -> Iterator[str]:
    while module := module.rpartition(".")[0]:
        yield module
