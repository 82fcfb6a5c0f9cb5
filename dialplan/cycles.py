"""Finding where a directed graph goes round."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Vertex = TypeVar("Vertex", bound=Hashable)


def reachable(graph: Mapping[Vertex, Iterable[Vertex]], start: Vertex) -> set[Vertex]:
    """All vertices that can be reached from `start`, itself among them if the graph has it."""
    found: set[Vertex] = set()
    ahead = [start] if start in graph else []
    while ahead:
        here = ahead.pop()
        if here not in found:
            found.add(here)
            ahead.extend(vertex for vertex in graph[here] if vertex in graph)
    return found


def cycles(graph: Mapping[Vertex, Iterable[Vertex]]) -> list[set[Vertex]]:
    """The largest sets of vertices in which each can be reached from each by at least one edge (strongly
    connected components, after Kosaraju). Edges to vertices that are not there are ignored."""
    back: dict[Vertex, list[Vertex]] = {vertex: [] for vertex in graph}
    for vertex, following in graph.items():
        for other in following:
            if other in back:
                back[other].append(vertex)
    left = set(graph)
    found = []
    for vertex in reversed(_finished(graph)):
        members: set[Vertex] = set()
        ahead = [vertex]
        while ahead:
            here = ahead.pop()
            if here in left:
                left.discard(here)
                members.add(here)
                ahead.extend(back[here])
        if len(members) > 1 or (members and vertex in back[vertex]):
            found.append(members)
    return found


def _finished(graph: Mapping[Vertex, Iterable[Vertex]]) -> list[Vertex]:
    """All vertices in the order in which a depth-first search is done with them."""
    seen: set[Vertex] = set()
    order: list[Vertex] = []
    for start in graph:
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(graph[start]))]
        while stack:
            vertex, following = stack[-1]
            other = next((v for v in following if v in graph and v not in seen), None)
            if other is None:
                order.append(vertex)
                stack.pop()
            else:
                seen.add(other)
                stack.append((other, iter(graph[other])))
    return order
