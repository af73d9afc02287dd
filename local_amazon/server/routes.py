"""Operations as routes: method and path, name, and what answers."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from local_amazon.server.answers import Answer, Refused, Request, error
from local_amazon.server.call import Call

NAME = re.compile(r"\{[^}]+\}")


class Route(NamedTuple):
    """`path` has `{name}` where a path parameter stands, as in Amazon's models."""

    method: str
    path: str
    operation: str
    act: Callable[[Call], Answer]


class Router:
    """Finds an operation by method and path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(route, re.compile(NAME.sub("([^/]+)", route.path))) for route in routes]

    def find(self, request: Request) -> tuple[Route, tuple[str, ...]]:
        """The route and the values of its path parameters; refused when there is none."""
        for route, pattern in self._routes:
            match = pattern.fullmatch(request.path)
            if match and route.method == request.method:
                return route, match.groups()
        raise Refused(error(404, "NotFound", "The specified resource was not found"))
