"""`/v1/locate` in the OpenAPI document, which FastAPI can't derive from a raw ASGI route."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.lookups import examples, limits
from api.lookups.media import FORMATS
from api.lookups.questions import Many, One
from api.lookups.schemas import BatchAnswer, BatchAnswers, LocateAnswer, Point, Points, Problem
from api.problems import MEDIA_TYPE

LOCATE_PATH = "/v1/locate"
_JSON, _LINES, _ARROW, _RAW = FORMATS
_GATE_REFUSES = {
    "401": "the key or token is not known, or no longer valid; none is needed",
    "429": "too many requests in a minute: send it again after the seconds that Retry-After names",
}
_ONE_REFUSES = _GATE_REFUSES | {
    "404": "no boundaries are loaded for the day",
    "422": "a parameter is missing or can't be meant",
}
_MANY_REFUSE = _GATE_REFUSES | {
    "404": _ONE_REFUSES["404"],
    "406": "none of the formats that Accept names is possible",
    "413": "the body, a line, a batch or the number of points is above its limit",
    "415": "the format of the body is not known, or it is packed",
    "422": "the body, or a parameter, can't be read",
}
_LIMITS = (
    f"Limits: {limits.MAX_BODY_BYTES:,} bytes a body; JSON {limits.MAX_JSON_POINTS:,} points and"
    f" {limits.MAX_JSON_BYTES:,} bytes; NDJSON {limits.MAX_LINE_BYTES:,} bytes a line; Arrow"
    f" {limits.MAX_MESSAGE_BYTES:,} bytes a batch."
)
_MANY = (
    "The answer comes in the format of the body, or in the one that Accept names, in the order of the points. A point"
    " that can't be meant is answered in its place: `how` is `invalid`, and `problem` says why. All but JSON is"
    f" streamed: answers begin before the body ends. {_LIMITS}"
)


def with_lookups(document: dict[str, Any]) -> dict[str, Any]:
    """Add `/v1/locate`, with its parameters, bodies, answers, problems and examples, to an OpenAPI document."""
    components = document.get("components", {})
    schemas = components.get("schemas", {}) | _schemas()
    return document | {
        "paths": {LOCATE_PATH: {"get": _get(), "post": _post()}} | document["paths"],
        "components": components | {"schemas": schemas},
    }


def _get() -> dict[str, Any]:
    return {
        "tags": ["lookups"],
        "summary": "Whose is a point",
        "description": "Which unit a point belongs to on a day, how that was found, and how sure it is.",
        "operationId": "locate_one",
        "parameters": _parameters(One),
        "responses": {"200": _response("The answer", {_JSON: _of(LocateAnswer, examples.ALONE)})}
        | _problems(_ONE_REFUSES),
    }


def _post() -> dict[str, Any]:
    line = {"schema": _ref(Point), "example": examples.POINT}
    bodies = {_JSON: _of(Points, {"points": [examples.POINT]}), _LINES: line, _ARROW: _binary(), _RAW: _binary()}
    answers = {
        _JSON: _of(BatchAnswers, {"answers": [examples.IN_BATCH]}),
        _LINES: _of(BatchAnswer, examples.IN_BATCH),
        _ARROW: _binary(),
        _RAW: _binary(),
    }
    return {
        "tags": ["lookups"],
        "summary": "Whose are many points",
        "description": _MANY,
        "operationId": "locate_many",
        "parameters": _parameters(Many),
        "requestBody": {"required": True, "content": bodies},
        "responses": {"200": _response("The answers", answers)} | _problems(_MANY_REFUSE),
    }


def _parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    schema = model.model_json_schema()
    required = schema.get("required", [])
    named = [(name, dict(about)) for name, about in schema["properties"].items()]
    for _, about in named:
        about.pop("title", None)
        about.pop("default", None)
    parameters = [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": about.pop("description"),
            **({"example": about.pop("examples")[0]} if "examples" in about else {}),
            **({"style": "form", "explode": False} if name == "fields" else {}),
            "schema": about,
        }
        for name, about in named
    ]
    return sorted(parameters, key=lambda parameter: not parameter["required"])


def _schemas() -> dict[str, Any]:
    models = (LocateAnswer, Points, BatchAnswers, Problem)
    _, made = models_json_schema(
        [(model, "serialization") for model in models], ref_template="#/components/schemas/{model}"
    )
    schemas: dict[str, Any] = made["$defs"]
    return schemas


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _of(model: type[BaseModel], example: object = None) -> dict[str, Any]:
    return {"schema": _ref(model)} | ({} if example is None else {"example": example})


def _binary() -> dict[str, Any]:
    return {"schema": {"type": "string", "format": "binary"}}


def _response(words: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": content}


def _problems(refused: dict[str, str]) -> dict[str, Any]:
    return {status: _response(words, {MEDIA_TYPE: _of(Problem)}) for status, words in refused.items()}
