"""The names that a statement binds where it stands, and none of those that stay inside."""

import ast

import pytest

from autograder.bindings import assigned_by, bound_by


@pytest.mark.parametrize(
    ("statement", "values", "others"),
    [
        ("a = b = c", "a b", ""),
        ("a: int = 3", "a", ""),
        ("a, (b, *c) = d", "a b c", ""),
        ("a.b = c[0] = d", "", ""),
        ("a += 1", "a", ""),
        ("for i in n:\n    a = i", "a i", ""),
        ("with open(f) as a: pass", "a", ""),
        ("if (a := b): pass", "a", ""),
        ("a = {i: (b := j) for i, j in c}", "a b", ""),
        ("a = lambda b: (c := b)", "a", ""),
        ("match a:\n    case [b, *c]: pass", "b c", ""),
        ("def f(a): b = a", "", "f"),
        ("async def f(a): b = a", "", "f"),
        ("class A:\n    b = 1", "", "A"),
        ("try:\n    import a.b, c as d\nexcept E:\n    from e import f", "", "a d f"),
        (f"a = {' + '.join('1' * 2000)}", "a", ""),
    ],
)
def test_names(statement: str, values: str, others: str) -> None:
    (parsed,) = ast.parse(statement).body
    assert assigned_by(parsed) == set(values.split())
    assert bound_by(parsed) == {*values.split(), *others.split()}
