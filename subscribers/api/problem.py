"""What goes wrong, told as ``application/problem+json`` (RFC 9457). Never with an address."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


class Mistake(BaseModel):
    """One value that cannot be taken."""

    where: Literal["path", "query", "body"]
    #: JSON pointer (RFC 6901) into the body, or the parameter's name
    pointer: str
    problem: str


class Problem(BaseModel):
    """RFC 9457, with a word for programs and every mistake at once."""

    model_config = ConfigDict(extra="forbid")

    type: str = "about:blank"
    title: str
    status: int = Field(ge=400, le=599)
    #: stays the same where ``detail`` is put in other words
    code: str
    detail: str
    errors: list[Mistake] = []


class ProblemError(Exception):
    """Ends a request with a problem."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: list[Mistake] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.code = code
        self.headers = dict(headers or {})
        self._detail = detail
        self._errors = errors or []
        super().__init__(code)

    def answer(self) -> Response:
        """What the caller reads."""
        told = Problem(
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            code=self.code,
            detail=self._detail,
            errors=self._errors,
        )
        return Response(told.model_dump_json(), self.status, self.headers, media_type=MEDIA_TYPE)


def not_found(what: str) -> ProblemError:
    """404."""
    return ProblemError(404, "not_found", f"There is no such {what}.")


def mistaken(pointer: str, problem: str) -> ProblemError:
    """422 for one value of the body."""
    found = [Mistake(where="body", pointer=pointer, problem=problem)]
    return ProblemError(422, "invalid", "Something here cannot be taken.", errors=found)
