"""What a handler can reach, read from code objects: the contract documents the refusals that the code can raise."""

import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from aws_lambda_powertools.event_handler.depends import Depends

_OWN = "lms"


def dependencies(function: Callable[..., Any]) -> list[Callable[..., Any]]:
    """The callables that the signature names in ``Depends``, and theirs."""
    found: list[Callable[..., Any]] = []
    for hint in get_type_hints(function, include_extras=True).values():
        for mark in get_args(hint)[1:] if get_origin(hint) is Annotated else ():
            if isinstance(mark, Depends):
                found += [mark.dependency, *dependencies(mark.dependency)]
    return found


def reached(*functions: Callable[..., Any]) -> frozenset[Any]:
    """Every function and class of ``lms`` that the functions name, and those that they name in turn.

    By name and without running anything: what is called through a variable is not seen, and a name that a module
    merely shares with an attribute is seen too much.
    """
    found: set[Any] = set()
    waiting: list[Any] = list(functions)
    while waiting:
        here = inspect.unwrap(waiting.pop())
        for thing in _named(here) if isinstance(here, FunctionType) else ():
            if thing not in found:
                found.add(thing)
                waiting.append(thing)
    return frozenset(found)


def _named(function: FunctionType) -> Iterator[Any]:
    names = set(_names(function.__code__))
    for name in names & function.__globals__.keys():
        value = function.__globals__[name]
        if isinstance(value, ModuleType):
            values = [vars(value)[each] for each in names & vars(value).keys()]
        else:
            values = [value]
        yield from (inspect.unwrap(each) for each in values if _own(each))


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _own(value: Any) -> bool:
    if not isinstance(value, type) and not callable(value):
        return False
    module: object = getattr(value, "__module__", None)
    return isinstance(module, str) and (module == _OWN or module.startswith(f"{_OWN}."))
