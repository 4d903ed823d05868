"""Catalogs: how they are opened, namespaces and tables by name."""

import pickle

import pyarrow as pa
import pytest

import firn
from conftest import SCHEMA, SqlFile, ids, rows
from harness import bodies


@pytest.fixture(params=["sql", "rest"])
def any_catalog(request, sql_file) -> firn.Catalog:
    if request.param == "sql":
        return sql_file.open()
    return firn.open_catalog(request.getfixturevalue("firn_server").uri)


@pytest.fixture
def ns(any_catalog) -> str:
    name = bodies.unique("python")
    any_catalog.create_namespace(name)
    return name


def test_namespaces(any_catalog, ns):
    any_catalog.create_namespace((ns, "inner"), {"owner": "me", "size": 5, "on": True})
    assert (ns,) in any_catalog.list_namespaces()
    assert any_catalog.list_namespaces(ns) == [(ns, "inner")]
    assert any_catalog.namespace_exists(f"{ns}.inner")
    properties = any_catalog.namespace_properties([ns, "inner"])
    assert properties["owner"] == "me" and properties["size"] == "5" and properties["on"] == "true"
    with pytest.raises(firn.AlreadyExistsError):
        any_catalog.create_namespace(ns)
    any_catalog.create_namespace(ns, exist_ok=True)
    with pytest.raises(firn.NamespaceNotEmptyError):
        any_catalog.drop_namespace(ns)
    any_catalog.drop_namespace((ns, "inner"))
    any_catalog.drop_namespace(ns)
    assert not any_catalog.namespace_exists(ns)
    with pytest.raises(firn.NoSuchNamespaceError):
        any_catalog.list_tables(ns)


def test_tables_by_name(any_catalog, ns):
    made = any_catalog.create_table(f"{ns}.b", SCHEMA, properties={"a": "b"})
    any_catalog.create_table((ns, "a"), SCHEMA)
    assert any_catalog.list_tables(ns) == [(ns, "a"), (ns, "b")]
    assert any_catalog.table_exists((ns, "a")) and not any_catalog.table_exists(f"{ns}.c")
    with pytest.raises(firn.AlreadyExistsError):
        any_catalog.create_table(f"{ns}.a", SCHEMA)
    any_catalog.rename_table(f"{ns}.b", (ns, "c"))
    loaded = any_catalog.load_table(f"{ns}.c")
    assert loaded.uuid == made.uuid and loaded.properties["a"] == "b"
    assert loaded.identifier == (ns, "c") and loaded.name == "c"
    any_catalog.drop_table(f"{ns}.c", purge=True)
    any_catalog.drop_table(f"{ns}.a")
    assert any_catalog.list_tables(ns) == []
    with pytest.raises(firn.NoSuchTableError):
        any_catalog.drop_table(f"{ns}.a")


def test_rows_through_any_catalog(any_catalog, ns):
    table = any_catalog.create_table(f"{ns}.t", SCHEMA, partition_by="region")
    table.append(rows(0, 10))
    table.delete("id < 2")
    assert ids(any_catalog.load_table(f"{ns}.t").scan()) == list(range(2, 10))
    assert ids(firn.latest(any_catalog, f"{ns}.t:price@key=id")) == list(range(2, 10))


def test_levels_with_dots_are_quoted(firn_server):
    catalog = firn.open_catalog(firn_server.uri)
    odd = bodies.unique("odd") + ".x"
    catalog.create_namespace((odd,))
    catalog.create_table(f'"{odd}"."a.b"', SCHEMA)
    assert catalog.list_tables(f'"{odd}"') == [(odd, "a.b")]
    assert catalog.load_table((odd, "a.b")).name == "a.b"
    for wrong in ("", (), '"open', "a..b"):
        with pytest.raises(firn.InvalidArgumentError):
            catalog.load_table(wrong)
    with pytest.raises(TypeError):
        catalog.load_table(("a", 1))


def test_the_ways_to_open_one(sql_file, monkeypatch):
    sql_file.open().create_namespace("db")
    monkeypatch.setenv("HERE", str(sql_file.folder))
    keys = {"uri": "sqlite:///${HERE}/catalog.db", "warehouse": "file://${HERE}/warehouse"}
    for catalog in (
        firn.open_catalog(sql_file.uri),
        firn.open_catalog(sql_file.sqlite, warehouse=sql_file.warehouse, name="local"),
        firn.open_catalog({"type": "sql", **keys}, name="local"),
        firn.open_catalog(type="sql", name="local", **keys),
        firn.open_catalog(keys | {"name": "local", "s3.region": None}),
    ):
        assert catalog.list_namespaces() == [("db",)]
        assert (catalog.type, catalog.name) == ("sql", "local")


@pytest.mark.parametrize(
    ("uri", "keys", "says"),
    [
        (None, {}, "type"),
        ("no-uri", {}, "begins with"),
        ("sqlite:///c.db", {}, "warehouse"),
        ("sqlite:///c.db?warehouse=/w", {"warehouse": "/x"}, "warehouse"),
        ({"warehouse": "/w"}, {"warehouse": "/x"}, "warehouse"),
        ({"name": "a"}, {"name": "b"}, "name"),
        ({"type": "nessie"}, {}, "type"),
        ({"type": "sql", "uri": "sqlite:///c.db", "warehouse": "${NOT_SET}"}, {}, "NOT_SET"),
    ],
)
def test_what_is_missing_or_said_twice_is_named(uri, keys, says):
    with pytest.raises(firn.InvalidArgumentError, match=says):
        firn.open_catalog(uri, **keys)


def test_a_hive_metastore_with_kerberos_is_refused():
    with pytest.raises(firn.UnsupportedError, match=r"hive\.kerberos-authentication"):
        firn.open_catalog(
            {"type": "hive", "uri": "thrift://h", "hive.kerberos-authentication": "true"}
        )


def test_a_property_of_another_type_is_named_without_its_value():
    with pytest.raises(TypeError, match=r"s3\.secret-access-key") as raised:
        firn.open_catalog({"type": "rest", "uri": "http://h", "s3.secret-access-key": ["hidden"]})
    assert "hidden" not in str(raised.value)


SECRET = "s3cr3t-Value"


def test_secrets_are_never_shown(sql_file, monkeypatch):
    monkeypatch.setenv("KEY", SECRET)
    catalog = firn.open_catalog(
        sql_file.uri, **{"s3.secret-access-key": "${KEY}", "s3.session-token": SECRET}
    )
    catalog.create_namespace("db")
    table = catalog.create_table("db.t", SCHEMA)
    table.append(rows(0, 3))
    view = firn.View(table, "price", keys="id")
    shown = [catalog, table, table.schema, table.scan(), view, table.properties, table.snapshots()]
    assert SECRET not in "".join(f"{thing!r}{thing}" for thing in shown)
    assert SECRET not in "".join(path.read_text(errors="ignore") for path in files(sql_file))


def files(sql_file: SqlFile):
    return [path for path in sql_file.folder.rglob("*") if path.is_file()]


def test_secrets_of_a_uri_are_not_in_errors():
    for uri in (
        f"http://user:{SECRET}@127.0.0.1:1",
        f"http://127.0.0.1:1?token={SECRET}&rest.client.max-retries=0",
        f"sqlite:///{SECRET}/?warehouse=/w",
        f"ftp://user:{SECRET}@host",
    ):
        with pytest.raises(firn.Error) as raised:
            firn.open_catalog(uri)
        told = f"{raised.value!r} {raised.value} {raised.value.context}"
        assert SECRET not in told


def test_it_pickles_by_the_keys_as_given(sql_file, monkeypatch):
    monkeypatch.setenv("HERE", str(sql_file.folder))
    monkeypatch.setenv("KEY", SECRET)
    catalog = firn.open_catalog(
        "sqlite:///${HERE}/catalog.db",
        warehouse="file://${HERE}/warehouse",
        name="local",
        **{"s3.secret-access-key": "${KEY}"},
    )
    catalog.create_namespace("db")
    table = catalog.create_table("db.t", SCHEMA)
    table.append(rows(0, 3))
    pickled = pickle.dumps((catalog, table, firn.View("db.t", "price"), firn.View(table, "price")))
    assert SECRET.encode() not in pickled
    again, same, view, of_table = pickle.loads(pickled)
    assert again.list_tables("db") == [("db", "t")]
    assert ids(same.scan()) == [0, 1, 2]
    assert view == firn.View("db.t", "price")
    assert of_table.table.identifier == ("db", "t")


def test_a_schema_may_come_from_anything(catalog):
    import polars as pl

    frame = pl.DataFrame(
        {"id": [1], "name": ["a"], "day": [None]}, schema_overrides={"day": pl.Date}
    )
    for number, source in enumerate((frame, rows(0, 1), SCHEMA, catalog_table_schema(catalog))):
        made = catalog.create_table(f"db.s{number}", source)
        assert made.schema.names == list(pa.schema(made.schema).names)
    assert [field.type for field in catalog.load_table("db.s0").schema] == [
        "long",
        "string",
        "date",
    ]
    with pytest.raises(TypeError, match="__arrow_c_schema__"):
        catalog.create_table("db.x", {"id": "long"})
    with pytest.raises(firn.InvalidArgumentError, match="u8"):
        catalog.create_table("db.x", pa.schema({"u8": pa.uint64()}))


def catalog_table_schema(catalog):
    return catalog.create_table("db.base", SCHEMA).schema
