"""`firn config`: what it finds wrong, and that it finds what `firn serve` would."""

import pytest

from harness.catalog import Catalog
from harness.client import RestClient
from harness.server import FirnServer


def test_check_prints_values_and_where_they_come_from(firn, tmp_path):
    file = tmp_path / "firn.toml"
    file.write_text("[server]\nmax_connections = 7\n")
    answer = firn(
        *("config", "check", "--config", file, "--listen", "127.0.0.1:1", "--json"),
        env={"FIRN_LOG_LEVEL": "warn"},
    ).json
    assert answer["server.max_connections"] == {"value": "7", "source": "file"}
    assert answer["server.listen"] == {"value": "127.0.0.1:1", "source": "flag"}
    assert answer["log.level"] == {"value": "warn", "source": "environment"}
    assert answer["data.dir"]["source"] == "default"


def test_keys_as_json_are_those_of_the_reference(firn):
    keys = firn("config", "keys", "--json").json
    lines = firn("config", "keys").lines[2:]
    assert [f"`{key['key']}`" for key in keys] == [line.split(" | ")[0][2:] for line in lines]
    listen = next(key for key in keys if key["key"] == "server.listen")
    assert listen["environment"] == "FIRN_SERVER_LISTEN"
    assert listen["flag"] == "--server-listen"


WRONG = [
    ("server.listen", "nonsense"),
    ("server.listen", "example.org:80"),
    ("server.listen", "127.0.0.1:http"),
    ("server.listen", "127.0.0.1:70000"),
    ("server.listen", "127.0.0.1:"),
    ("server.max_connections", "many"),
    ("server.drain_timeout", "1s"),
    ("server.worker_threads", "0"),
    ("database.url", "postgres://x"),
    ("database.url", "sqlite:"),
    ("warehouse.name", "bad name"),
    ("warehouse.name", "namespaces"),
    ("warehouse.location", "ftp://x/y"),
    ("warehouse.allowed_locations", "relative/path"),
    ("storage.allowed_locations", "file:/tmp,relative/path"),
    ("catalog.namespace_separator", "%1F%1F"),
    ("log.level", "loud"),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_check_finds_what_serve_refuses(firn, tmp_path, key, value):
    flag = "--" + key.replace(".", "-").replace("_", "-")
    for command in (["config", "check"], ["serve", "--data", tmp_path / "data"]):
        answer = firn(*command, f"{flag}={value}", expect=2)
        assert key in answer.err
        assert answer.out == ""
        assert len(answer.err.splitlines()) == 1
    assert not (tmp_path / "data").exists()


MISTYPED = [
    ("FIRN_FEATURES_REGISTRY", "postgresql:/me:hunter2@h/d"),
    ("FIRN_FEATURES_REGISTRY", " postgresql+psycopg2:me:hunter2@h"),
    ("FIRN_FEATURES_REGISTRY", "'postgresql://me:hunter2@h/d'"),
    ("FIRN_DATABASE_URL", "postgresql://me:hunter2@h/d"),
]


@pytest.mark.parametrize(("variable", "url"), MISTYPED)
def test_a_mistyped_url_is_refused_and_not_printed(firn, tmp_path, variable, url):
    for command in (["config", "check"], ["serve", "--data", tmp_path / "data"]):
        answer = firn(*command, env={variable: url}, expect=2)
        assert variable.removeprefix("FIRN_").lower().replace("_", ".") in answer.err
        assert "hunter2" not in answer.err + answer.out


def test_unknown_keys_name_the_nearest(firn, tmp_path):
    file = tmp_path / "firn.toml"
    file.write_text("[server]\nmax_conections = 7\n")
    assert "server.max_connections" in firn("config", "check", "-c", file, expect=2).err
    answer = firn("config", "check", env={"FIRN_LOG_LEVLE": "warn"}, expect=2)
    assert "FIRN_LOG_LEVEL (log.level)" in answer.err
    file.write_text("[server\n")
    assert str(file) in firn("config", "check", "-c", file, expect=2).err
    assert "none.toml" in firn("config", "check", "-c", tmp_path / "none.toml", expect=2).err


def test_another_warehouse_at_a_later_start_is_refused(firn, tmp_path):
    data, first = tmp_path / "data", tmp_path / "first"
    server = FirnServer(data, args=("--warehouse", str(first)))
    with server:
        pass
    other = tmp_path / "other"
    anywhere = ("--listen", "127.0.0.1:0")
    answer = firn("serve", "--data", data, "--warehouse", other, *anywhere, expect=2)
    assert str(first) in answer.err
    assert str(other) in answer.err
    assert not other.exists()
    for same in (("--warehouse", f"file://{first}/"), ()):
        server.args = same
        with server:
            catalog = Catalog(RestClient(server.uri, None))
            namespace = ("_".join(["n", *map(str, same)]).replace("/", "_"),)
            catalog.make_namespace(*namespace)
            location = catalog.make_table(namespace, "t")["metadata"]["location"]
            assert location.startswith(f"file://{first}/")
            catalog.client.wire.close()
