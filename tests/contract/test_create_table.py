"""Creating tables: fields assigned, locations, stage-create, and what is refused."""

import pytest

from harness import bodies
from harness.client import AGAINST_REFERENCE

ALL_V2_TYPES = [
    "boolean", "int", "long", "float", "double", "decimal(38,10)", "date", "time", "timestamp",
    "timestamptz", "string", "uuid", "fixed[16]", "binary",
]  # fmt: skip
V3_TYPES = ["timestamp_ns", "timestamptz_ns", "unknown", "variant"]


def test_answer_of_a_plain_create(catalog, ns):
    result = catalog.make_table(ns, "t", properties={"owner": "me"})
    metadata = result["metadata"]
    assert metadata["format-version"] == 2
    assert metadata["properties"]["owner"] == "me"
    assert metadata["current-schema-id"] == 0
    assert metadata["last-column-id"] == 3
    assert metadata["default-spec-id"] == 0
    assert metadata["partition-specs"] == [{"spec-id": 0, "fields": []}]
    assert metadata["last-partition-id"] == 999
    assert metadata["default-sort-order-id"] == 0
    assert metadata["sort-orders"] == [{"order-id": 0, "fields": []}]
    assert metadata["last-sequence-number"] == 0
    assert metadata.get("current-snapshot-id", -1) in (-1, None)
    assert metadata.get("snapshots", []) == []
    assert metadata.get("refs", {}) == {}
    where = result["metadata-location"].replace("file:///", "file:/")
    assert where.startswith(metadata["location"].replace("file:///", "file:/") + "/metadata/")
    assert where.endswith(".metadata.json")
    assert catalog.load(ns, "t") == result


def test_field_ids_are_assigned_anew(catalog, ns):
    nested = {
        "type": "struct",
        "fields": [{"id": 91, "name": "inner", "required": True, "type": "int"}],
    }
    items = {"type": "list", "element-id": 92, "element-required": False, "element": "string"}
    schema = bodies.struct((50, "a", "int"), (10, "b", nested), (7, "c", items))
    metadata = catalog.make_table(ns, "t", schema=schema)["metadata"]
    fields = metadata["schemas"][0]["fields"]
    assert [field["id"] for field in fields] == [1, 2, 3]
    assert fields[1]["type"]["fields"][0]["id"] == 4
    assert fields[2]["type"]["element-id"] == 5
    assert metadata["last-column-id"] == 5


def test_partition_spec_and_order_follow_the_new_field_ids(catalog, ns):
    schema = bodies.struct((11, "a", "string"), (7, "b", "timestamp"))
    spec = {"fields": [{"source-id": 7, "name": "b_day", "transform": "day"}]}
    order = {
        "order-id": 9,
        "fields": [
            {
                "source-id": 11,
                "transform": "truncate[4]",
                "direction": "desc",
                "null-order": "nulls-last",
            }
        ],
    }
    body = {"schema": schema, "partition-spec": spec, "write-order": order}
    metadata = catalog.make_table(ns, "t", **body)["metadata"]
    field = metadata["partition-specs"][0]["fields"][0]
    assert (field["source-id"], field["field-id"], field["transform"]) == (2, 1000, "day")
    assert metadata["last-partition-id"] == 1000
    default = metadata["default-sort-order-id"]
    assert default != 0
    chosen = next(o for o in metadata["sort-orders"] if o["order-id"] == default)
    assert chosen["fields"][0]["source-id"] == 1


def test_identifier_fields_follow_the_new_ids(catalog, ns):
    schema = {
        "type": "struct",
        "identifier-field-ids": [40],
        "fields": [
            {"id": 30, "name": "a", "required": False, "type": "string"},
            {"id": 40, "name": "b", "required": True, "type": "long"},
        ],
    }
    metadata = catalog.make_table(ns, "t", schema=schema)["metadata"]
    assert metadata["schemas"][0]["identifier-field-ids"] == [2]


def test_every_type_of_v2(catalog, ns):
    schema = bodies.struct(*[(i, f"f{i}", name) for i, name in enumerate(ALL_V2_TYPES, 1)])
    metadata = catalog.make_table(ns, "t", schema=schema)["metadata"]
    given = [kind.replace(" ", "") for kind in ALL_V2_TYPES]
    assert [f["type"].replace(" ", "") for f in metadata["schemas"][0]["fields"]] == given


def test_types_of_v3_need_format_version_3(catalog, ns):
    schema = bodies.struct(*[(i, f"f{i}", name) for i, name in enumerate(V3_TYPES, 1)])
    catalog.make_table(ns, "two", {"expect": 400, "error": "BadRequestException"}, schema=schema)
    made = catalog.make_table(ns, "three", schema=schema, properties={"format-version": "3"})
    metadata = made["metadata"]
    assert metadata["format-version"] == 3
    assert metadata["next-row-id"] == 0
    assert [field["type"] for field in metadata["schemas"][0]["fields"]] == V3_TYPES
    assert catalog.tables(ns) == ["three"]


def test_defaults_of_v3_columns(catalog, ns):
    schema = bodies.struct((1, "a", "int"))
    schema["fields"][0].update({"initial-default": 7, "write-default": 8})
    made = catalog.make_table(ns, "t", schema=schema, properties={"format-version": "3"})
    field = made["metadata"]["schemas"][0]["fields"][0]
    assert (field["initial-default"], field["write-default"]) == (7, 8)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_format_version_property_is_not_kept(catalog, ns, version):
    made = catalog.make_table(ns, "t", properties={"format-version": str(version)})
    assert made["metadata"]["format-version"] == version
    assert "format-version" not in made["metadata"].get("properties", {})


def test_tables_of_one_name_have_different_locations(catalog, ns):
    first = catalog.make_table(ns, "t")["metadata"]["location"]
    catalog.rename("tables", (ns, "t"), (ns, "u"))
    second = catalog.make_table(ns, "t")["metadata"]["location"]
    assert first != second
    assert not second.startswith(first + "/")
    assert not first.startswith(second + "/")


def test_requested_location_in_the_warehouse_is_kept(catalog, ns):
    base = catalog.make_table(ns, "base")["metadata"]["location"].rsplit("/", 1)[0]
    wanted = f"{base}/chosen-{ns[0]}"
    made = catalog.make_table(ns, "t", location=wanted)
    assert made["metadata"]["location"] == wanted


def test_trailing_slash_of_a_location_is_dropped(catalog, ns):
    base = catalog.make_table(ns, "base")["metadata"]["location"].rsplit("/", 1)[0]
    made = catalog.make_table(ns, "t", location=f"{base}/slash-{ns[0]}/")
    assert made["metadata"]["location"] == f"{base}/slash-{ns[0]}"


def test_name_is_taken(catalog, ns):
    catalog.make_table(ns, "t")
    options = {"expect": 409, "error": "AlreadyExistsException"}
    path = catalog.path(ns, "tables")
    answer = catalog.client.post(path, bodies.create_table("t"), **options)
    assert answer.error["message"] == f"Table already exists: {ns[0]}.t"
    catalog.make_view(ns, "v")
    answer = catalog.client.post(path, bodies.create_table("v"), **options)
    assert answer.error["message"] == f"View with same name already exists: {ns[0]}.v"
    assert catalog.tables(ns) == ["t"]


def test_missing_namespace(catalog):
    answer = catalog.client.post(
        "namespaces/nobody_ns/tables",
        bodies.create_table("t"),
        expect=404,
        error="NoSuchNamespaceException",
    )
    assert answer.error["message"] == "Namespace does not exist: nobody_ns"


def broken(**changes) -> dict:
    body = {"name": "t", "schema": bodies.SCHEMA, **changes}
    return {key: value for key, value in body.items() if value is not ...}


@pytest.mark.parametrize(
    "body",
    [
        broken(name=...),
        broken(name=""),
        broken(name=7),
        broken(name="a\x00b"),
        broken(schema=...),
        broken(schema={"type": "struct"}),
        broken(schema={"type": "list"}),
        broken(schema=bodies.struct((1, "a", "int"), (1, "b", "int"))),
        broken(schema=bodies.struct((1, "a", "int"), (2, "a", "int"))),
        broken(schema=bodies.struct((1, "a", "no-such-type"))),
        broken(schema=bodies.struct((1, "a", "decimal(39,2)"))),
        broken(schema=bodies.struct((1, "a", "fixed[-1]"))),
        broken(schema={**bodies.SCHEMA, "identifier-field-ids": [2]}),
        broken(schema={**bodies.SCHEMA, "identifier-field-ids": [99]}),
        broken(**{"partition-spec": {"fields": [{"source-id": 1}]}}),
        broken(**{"partition-spec": {"fields": [
            {"source-id": 99, "name": "x", "transform": "identity"}]}}),
        broken(**{"partition-spec": {"fields": [
            {"source-id": 1, "name": "x", "transform": "day"}]}}),
        broken(**{"partition-spec": {"fields": [
            {"source-id": 1, "name": "x", "transform": "bucket[0]"}]}}),
        broken(**{"write-order": {"order-id": 1, "fields": [{"source-id": 99}]}}),
        broken(properties={"a": 1}),
        broken(properties={"format-version": "99"}),
        broken(properties={"format-version": "two"}),
        *([] if AGAINST_REFERENCE else [broken(location=7)]),
        broken(**{"stage-create": "yes"}),
        [],
        None,
        "text",
    ],
)  # fmt: skip
def test_bad_bodies_create_nothing(catalog, ns, body):
    path = catalog.path(ns, "tables")
    catalog.client.post(path, body, expect=400, error="BadRequestException")
    assert catalog.tables(ns) == []
