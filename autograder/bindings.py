"""Which names code binds where it stands, in no scope of its own.

It parses, which hostile text may not survive: so it is for the process that runs student code, and not for the judge.
"""

import ast
from collections.abc import Iterator

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def bound_by(statement: ast.stmt) -> set[str]:
    """The names that a statement binds: to values, and by `def`, `class` and `import`."""
    names = assigned_by(statement)
    for node in in_scope(statement):
        if isinstance(node, DEFINITIONS):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update(imported_names(node))
    return names


def assigned_by(statement: ast.stmt) -> set[str]:
    """The names that a statement binds to values."""
    nodes = list(in_scope(statement))
    for comprehension in (node for node in nodes if isinstance(node, COMPREHENSIONS)):
        # Of its names it keeps all but those of `:=`.
        nodes += [inner.target for inner in ast.walk(comprehension) if isinstance(inner, ast.NamedExpr)]
    captured = {node.name for node in nodes if isinstance(node, ast.MatchAs | ast.MatchStar) and node.name}
    return captured | {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def in_scope(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement, without what is in functions, classes and comprehensions. No recursion: a sum of a
    thousand terms is a thousand nodes deep.
    """
    left: list[ast.AST] = [statement]
    while left:
        node = left.pop()
        yield node
        if not isinstance(node, (*DEFINITIONS, *COMPREHENSIONS, ast.Lambda)):
            left += ast.iter_child_nodes(node)


def imported_names(statement: ast.Import | ast.ImportFrom) -> list[str]:
    return [alias.asname or alias.name.partition(".")[0] for alias in statement.names]
