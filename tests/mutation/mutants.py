"""One small mistake at a time in a module: what a tired person could write instead, and a test must notice."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any, Final

COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
NAMES: Final = {"any": "all", "all": "any", "min": "max", "max": "min"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one mistake in it."""

    line: int
    what: str
    code: CodeType


def mutants(source: str, name: str) -> Iterator[Mutant]:
    """Yield the module with each mistake in turn; annotations, decorators and docstrings are left as they are."""
    tree = ast.parse(source)
    left_alone = _left_alone(tree)
    for node in [node for node in ast.walk(tree) if id(node) not in left_alone]:
        for what, make, undo in _mistakes(node):
            make()
            yield Mutant(getattr(node, "lineno", 0), what, compile(ast.fix_missing_locations(tree), name, "exec"))
            undo()


def _left_alone(tree: ast.Module) -> set[int]:
    kept: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            kept += node.decorator_list
        if isinstance(node, ast.FunctionDef) and node.returns is not None:
            kept.append(node.returns)
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            kept.append(node.annotation)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            kept.append(node)  # a docstring
    return {id(inner) for node in kept for inner in ast.walk(node)}


Mistake = tuple[str, Callable[[], None], Callable[[], None]]


def _mistakes(node: ast.AST) -> Iterator[Mistake]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in COMPARISONS[type(operator)]:
                yield _item(node.ops, place, other(), f"{type(operator).__name__} -> {other.__name__}")
    elif isinstance(node, ast.BoolOp):
        other_op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield _attribute(node, "op", other_op, f"{type(node.op).__name__} -> {type(other_op).__name__}")
        for place, value in enumerate(node.values):
            neutral = ast.Constant(isinstance(node.op, ast.And))
            yield _item(node.values, place, neutral, f"without {ast.unparse(value)}")
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        made = OPERATORS[type(node.op)]()
        yield _attribute(node, "op", made, f"{type(node.op).__name__} -> {type(made).__name__}")
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield _attribute(node, "operand", ast.UnaryOp(ast.Not(), node.operand), "without not")
    elif isinstance(node, ast.If | ast.IfExp):
        for answer in (True, False):
            yield _attribute(node, "test", ast.Constant(answer), f"if {answer} for {ast.unparse(node.test)}")
    elif isinstance(node, ast.Constant):
        yield from _other_constant(node)
    elif isinstance(node, ast.Set | ast.Tuple | ast.List) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        for place, element in enumerate(node.elts):
            yield _attribute(node, "elts", _without(node.elts, place), f"without {ast.unparse(element)}")
    elif isinstance(node, ast.comprehension):
        for place, test in enumerate(node.ifs):
            yield _attribute(node, "ifs", _without(node.ifs, place), f"without if {ast.unparse(test)}")
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield _attribute(node, "id", NAMES[node.id], f"{node.id} -> {NAMES[node.id]}")
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Compare | ast.BoolOp):
        for answer in (True, False):
            yield _attribute(node, "value", ast.Constant(answer), f"return {answer}")


def _other_constant(node: ast.Constant) -> Iterator[Mistake]:
    if isinstance(node.value, bool):
        yield _attribute(node, "value", not node.value, f"{node.value} -> {not node.value}")
    elif isinstance(node.value, int):
        yield _attribute(node, "value", node.value + 1, f"{node.value} -> {node.value + 1}")
    elif isinstance(node.value, str):
        yield _attribute(node, "value", f"{node.value}x", f"{node.value!r} -> {node.value + 'x'!r}")


def _without(items: list[Any], place: int) -> list[Any]:
    return items[:place] + items[place + 1 :]


def _attribute(node: ast.AST, name: str, made: Any, what: str) -> Mistake:
    original = getattr(node, name)
    return what, lambda: setattr(node, name, made), lambda: setattr(node, name, original)


def _item(items: list[Any], place: int, made: Any, what: str) -> Mistake:
    original = items[place]
    return what, lambda: items.__setitem__(place, made), lambda: items.__setitem__(place, original)
