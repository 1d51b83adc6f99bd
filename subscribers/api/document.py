"""The API as an OpenAPI 3.1 document, made of the operations that are served."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from subscribers.api.keys import KeyScope
from subscribers.api.operation import JSON, Operation
from subscribers.api.problem import MEDIA_TYPE, Problem

REF = "#/components/schemas/{model}"
VERSION = "1.0.0"
ABOUT = (
    "Programs of the newsroom bring people in who asked for mail, read and describe them, and"
    " follow what happens to them. Nothing here mails anybody. No address is ever in a URL."
    " Errors are application/problem+json (RFC 9457)."
)
ANY = {
    401: "no key, or one that opens nothing",
    403: "the key lacks the scope",
    429: "too many calls with this key; Retry-After says when to come again",
}
WITH_BODY = {413: "the body is too long", 415: "the body is not application/json"}
INVALID = {422: "something cannot be taken; errors tells all of it"}

Schema = dict[str, Any]


def document(operations: Sequence[Operation]) -> Schema:
    """OpenAPI 3.1."""
    models: list[type[BaseModel]] = [Problem]
    for one in operations:
        models += [model for model in (one.of_body, one.answer) if model is not None]
    modes = {
        model: "validation" if model.__name__ in _bodies(operations) else "serialization"
        for model in models
    }
    _, schemas = models_json_schema(list(modes.items()), ref_template=REF)  # type: ignore[arg-type]  # its modes are literals
    paths: dict[str, Schema] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _told(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Subscribers", "version": VERSION, "description": ABOUT},
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`digest keys add`; scopes: " + ", ".join(KeyScope),
                }
            },
        },
    }


def _bodies(operations: Sequence[Operation]) -> set[str]:
    return {one.of_body.__name__ for one in operations if one.of_body is not None}


def _told(one: Operation) -> Schema:
    problems = {**ANY, **one.problems}
    if one.of_body is not None:
        problems |= WITH_BODY
    if one.of_body or one.of_query or one.of_path:
        problems |= INVALID
    answer: Schema = {"description": "done", "content": _content(one.answer, JSON)}
    if one.links:
        answer["links"] = {
            name: {"operationId": name, "parameters": {"id": "$response.body#/id"}}
            for name in one.links
        }
    told: Schema = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"Needs the scope `{one.scope}`.",
        "security": [{"key": [one.scope.value]}],
        "responses": {
            "200": answer,
            **{
                str(status): {
                    "description": f"{HTTPStatus(status).phrase}: {why}",
                    "content": _content(Problem, MEDIA_TYPE),
                }
                for status, why in sorted(problems.items())
            },
        },
    }
    parameters = [*_parameters(one.of_path, "path"), *_parameters(one.of_query, "query")]
    if parameters:
        told["parameters"] = parameters
    if one.of_body is not None:
        told["requestBody"] = {"required": True, "content": _content(one.of_body, JSON)}
    return told


def _content(model: type[BaseModel], media_type: str) -> Schema:
    return {media_type: {"schema": {"$ref": REF.format(model=model.__name__)}}}


def _parameters(model: type[BaseModel] | None, where: str) -> list[Schema]:
    if model is None:
        return []
    schema = model.model_json_schema()
    required = {*schema.get("required", ())}
    found = []
    for name, properties in schema["properties"].items():
        described = properties.pop("description", None)
        told: Schema = {"name": name, "in": where, "required": name in required}
        if described:
            told["description"] = described
        found.append({**told, "schema": properties})
    return found
