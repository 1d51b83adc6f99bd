"""One operation of the API: what it takes, who may ask it, what it answers; and its being run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from subscribers.api.keys import ApiKey, ApiKeys, KeyScope
from subscribers.api.limits import Limits
from subscribers.api.problem import Mistake, ProblemError

#: bytes of a body
LONGEST_BODY = 64 * 1024
JSON = "application/json"

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What an operation is called with; each of the three as its own model."""

    caller: ApiKey
    path: Any = None
    query: Any = None
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What the API can do. ``path`` is as in OpenAPI: ``/subscribers/{id}``."""

    method: str
    path: str
    #: operationId
    name: str
    summary: str
    scope: KeyScope
    answer: type[BaseModel]
    handle: Callable[[Call], BaseModel]
    of_path: type[BaseModel] | None = None
    of_query: type[BaseModel] | None = None
    of_body: type[BaseModel] | None = None
    #: problems beyond those that any operation may end in
    problems: Mapping[int, str] = field(default_factory=dict)
    #: name of an operation that takes our ``id`` → for OpenAPI's links
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """Where calls come in: checks the key, its rate, the body; then runs the operation."""

    keys: ApiKeys
    limits: Limits

    async def run(self, operation: Operation, request: Request) -> Response:
        """The answer. Raises ProblemError."""
        caller = await self._caller(request, operation.scope)
        self.limits.take(caller.id)
        body = await _body(request) if operation.of_body else b""
        call = Call(
            caller=caller,
            path=_read(operation.of_path, "path", request.path_params),
            query=_read(operation.of_query, "query", _asked(request)),
            body=_read_body(operation.of_body, body),
        )
        told = await run_in_threadpool(operation.handle, call)
        return Response(told.model_dump_json(), media_type=JSON)

    async def _caller(self, request: Request, scope: KeyScope) -> ApiKey:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        found = None
        if kind.lower() == "bearer" and given.strip():
            found = await run_in_threadpool(self.keys.of, given.strip())
        if found is None:
            challenge = {"WWW-Authenticate": 'Bearer realm="digest"'}
            told = "A key of this newsroom is needed: Authorization: Bearer dgk_…"
            raise ProblemError(401, "unauthorized", told, headers=challenge)
        if scope not in found.scopes:
            challenge = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
            told = f"This key lacks the scope {scope}."
            raise ProblemError(403, "scope_missing", told, headers=challenge)
        return found


async def _body(request: Request) -> bytes:
    """The whole body. Raises ProblemError where it is no JSON by its type, or too long."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        accept = {"Accept": JSON}
        told = f"A body of type {JSON} is needed."
        raise ProblemError(415, "media_type", told, headers=accept)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_BODY:
            told = f"A body has at most {LONGEST_BODY} bytes."
            # What is left of it is not read, so the connection can carry nothing else.
            raise ProblemError(413, "too_large", told, headers={"Connection": "close"})
    return bytes(body)


def _asked(request: Request) -> dict[str, str]:
    asked = request.query_params.multi_items()
    if len(dict(asked)) < len(asked):
        raise ProblemError(422, "invalid", "A parameter is there twice.")
    return dict(asked)


def _read(model: type[Model] | None, where: str, given: Mapping[str, Any]) -> Model | None:
    if model is None:
        return None
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise _invalid(error, where) from None


def _read_body(model: type[Model] | None, body: bytes) -> Model | None:
    if model is None:
        return None
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _invalid(error, "body") from None


def _invalid(error: ValidationError, where: Any) -> ProblemError:
    # Neither the input nor a key of it is repeated but where the schema has it.
    found = error.errors(include_input=False, include_url=False, include_context=False)
    errors = [
        Mistake(
            where=where,
            pointer="".join(f"/{_escaped(str(part))}" for part in one["loc"][:2]),
            problem=one["msg"],
        )
        for one in found[:50]
    ]
    return ProblemError(422, "invalid", "Something here cannot be taken.", errors=errors)


def _escaped(part: str) -> str:
    """RFC 6901."""
    return part[:100].replace("~", "~0").replace("/", "~1")
