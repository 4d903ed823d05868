"""Checks HTTP answers against the Iceberg REST OpenAPI document.

The document is read as it is, with small changes made in memory: `nullable: true` becomes a JSON
schema type, objects refuse fields that the document does not name (a misspelt field would
otherwise pass every schema), and of alternatives with a discriminator the named one counts. Request
bodies are never checked.
"""

import re
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

BASE = "urn:iceberg-rest"
IDEMPOTENCY_PARAMETER = "idempotency-key"
# Fields that the document does not name (the last two of table metadata: only v1).
EXTRA_PROPERTIES = {
    # What Iceberg's own parser writes and reads beside first-row-id.
    "DataFile": {"data-sequence-number": {"type": "integer"}},
    "Snapshot": {"key-id": {"type": "string"}},
    "TableMetadata": {"schema": {"type": "object"}, "partition-spec": {"type": "array"}},
}


class Operation:
    """One method of one path template."""

    def __init__(self, method: str, template: str, body: dict):
        self.method = method
        self.template = template
        self.id = body["operationId"]
        self.responses = {str(status): value for status, value in body["responses"].items()}
        pattern = re.escape(template).replace(r"/\{prefix\}", "")
        self.pattern = re.compile(re.sub(r"\\{[^}]*\\}", "[^/]*", pattern) + r"\Z")

    def documented(self, status: int) -> str:
        """The key of `responses` that stands for a status."""
        exact = str(status)
        return "5XX" if exact not in self.responses and status >= 500 else exact

    @property
    def endpoint(self) -> str:
        return f"{self.method} {self.template}"


class ApiDocument:
    def __init__(self, path: Path):
        document = yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.responses = document["components"]["responses"]
        self.operations = list(_operations(document["paths"]))
        schemas = document["components"]["schemas"]
        values = schemas["PrimitiveTypeValue"]  # 7 is an int, a long and more: exactly one is none
        values["anyOf"] = values.pop("oneOf")
        types = schemas["Type"]  # "variant" is a primitive by its pattern and a VariantType
        types["anyOf"] = types.pop("oneOf")
        # A failed plan is an error response with a status, which this would refuse.
        schemas["IcebergErrorResponse"].pop("additionalProperties", None)
        _make_strict(schemas)
        _discriminate(schemas)
        resource = Resource.from_contents(_without_nullable(document), DRAFT202012)
        self.registry = Registry().with_resource(BASE, resource)
        self.validators: dict[str, Draft202012Validator] = {}

    def operation(self, method: str, path: str) -> Operation | None:
        """`path` without prefix and query, still percent-encoded."""
        matches = (op for op in self.operations if op.method == method and op.pattern.match(path))
        return next(matches, None)

    def problems(self, operation: Operation, status: int, body: object) -> list[str]:
        """What is wrong with an answer; `body` is parsed JSON, or None when there was none."""
        response = operation.responses.get(str(status))
        if response is None and status >= 500:
            response = operation.responses.get("5XX")
        if response is None:
            return [f"status {status} is not documented for {operation.endpoint}"]
        schema = self._body_schema(response)
        if schema is None or status >= 400:  # the error model is checked by the caller
            return [f"{status} must have no body"] if schema is None and body is not None else []
        found = self._validator(schema).iter_errors(body)
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in found]

    def _body_schema(self, response: dict) -> str | None:
        while "$ref" in response:
            response = self.responses[response["$ref"].rsplit("/", 1)[-1]]
        content = response.get("content")
        return content["application/json"]["schema"]["$ref"] if content else None

    def _validator(self, reference: str) -> Draft202012Validator:
        if reference not in self.validators:
            schema = {"$ref": BASE + reference}
            self.validators[reference] = Draft202012Validator(schema, registry=self.registry)
        return self.validators[reference]


def _operations(paths: dict):
    for template, item in paths.items():
        for method, body in item.items():
            if method != "parameters":
                yield Operation(method.upper(), template, body)


def _without_nullable(node: object) -> object:
    if isinstance(node, list):
        return [_without_nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    changed = {key: _without_nullable(value) for key, value in node.items() if key != "example"}
    if changed.pop("nullable", False) is True and isinstance(changed.get("type"), str):
        changed["type"] = [changed["type"], "null"]
    return changed


def _make_strict(schemas: dict) -> None:
    inherited = set(_inherited(schemas))
    for name, schema in schemas.items():
        schema.get("properties", {}).update(EXTRA_PROPERTIES.get(name, {}))
        has_fields = "properties" in schema or "allOf" in schema
        open_ended = "additionalProperties" in schema or "anyOf" in schema or "oneOf" in schema
        if has_fields and not open_ended and name not in inherited:
            schema["unevaluatedProperties"] = False


def _discriminate(schemas: dict) -> None:
    """JSON schema passes over discriminators: `submitted` is one planning result of several."""
    for schema in schemas.values():
        mapping = schema.get("discriminator", {}).get("mapping")
        if mapping and schema.pop("oneOf", None):
            name = schema["discriminator"]["propertyName"]
            schema["required"] = [name]
            schema["properties"] = {name: {"enum": list(mapping)}}
            schema["allOf"] = [
                {"if": {"properties": {name: {"const": value}}}, "then": {"$ref": target}}
                for value, target in mapping.items()
            ]


def _inherited(node: object):
    """Names of schemas that others extend: those must let the others' fields pass."""
    if isinstance(node, list):
        for item in node:
            yield from _inherited(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("allOf", "anyOf", "oneOf"):
                yield from (ref["$ref"].rsplit("/", 1)[-1] for ref in value if "$ref" in ref)
            yield from _inherited(value)
