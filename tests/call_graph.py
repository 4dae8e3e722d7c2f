"""Which functions of a module call which: for checks that read source code."""

import ast

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_in(tree: ast.Module) -> list[Function]:
    return [node for node in tree.body if isinstance(node, Function)]


def called_by(function: Function, names: dict[str, str]) -> set[str]:
    """The functions that this one calls, by full name; `names` maps what the code writes to full names."""
    made = {ast.unparse(part.func) for part in ast.walk(function) if isinstance(part, ast.Call)}
    return {names[call] for call in made if call in names}


def callers_of(reached: set[str], calls: dict[str, set[str]]) -> set[str]:
    """These functions, and all that call one of them, directly or through others."""
    more = {name for name, made in calls.items() if made & reached} - reached
    return callers_of(reached | more, calls) if more else reached
