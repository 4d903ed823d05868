"""The package as it is built and installed."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pyarrow as pa
import pytest

import firn
from firn import _arrow, _firn
from harness import places

PYPROJECT = tomllib.loads((places.ROOT / "python/pyproject.toml").read_text())
MODULE = Path(_firn.__file__)


def test_versions_are_one():
    cmake = (places.ROOT / "CMakeLists.txt").read_text()
    version = re.search(r"project\(firn VERSION ([\d.]+)", cmake).group(1)
    assert PYPROJECT["project"]["version"] == version == firn.__version__


def test_the_pins_are_those_of_the_build():
    pins = (places.ROOT / "scripts/requirements-build.txt").read_text().split("\n")
    pins = [pin for pin in pins if "==" in pin]
    assert len(pins) == 2
    assert set(pins) < set(PYPROJECT["build-system"]["requires"])
    series = re.search(
        r"FIRN_ARROW_VERSION ([\d.]+)\)", (places.ROOT / "cmake/Dependencies.cmake").read_text()
    ).group(1)
    assert series == _arrow.ARROW_VERSION == _firn.ARROW_VERSION
    assert PYPROJECT["project"]["dependencies"] == [f"pyarrow=={series}.*"]
    assert pa.__version__.startswith(series + ".")


def members(thing) -> set[str]:
    own = vars(thing) if isinstance(thing, type) else dict.fromkeys(dir(thing), 0)
    inherited = {"__doc__", "__module__", "__new__", "__name__", "__qualname__", "__repr__"}
    shown = {name for name in own if name not in inherited}
    return {n for n in shown if not n.startswith("__") or n.startswith("__arrow")}


def test_the_stub_says_what_the_module_has():
    """Names in the native module and in its classes."""
    tree = ast.parse((places.ROOT / "python/src/firn/_firn.pyi").read_text())
    stub = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
            stub[node.name] = methods - {"__init__"}
        elif isinstance(node, ast.FunctionDef):
            stub[node.name] = set()
        elif isinstance(node, ast.AnnAssign):
            stub[node.target.id] = set()
    assert set(stub) == members(_firn)
    for name, methods in stub.items():
        if isinstance(getattr(_firn, name), type):
            assert methods == members(getattr(_firn, name)), name


def test_everything_public_is_documented():
    for name in firn.__all__:
        thing = getattr(firn, name)
        if not isinstance(thing, str):
            assert thing.__doc__, name
    plain = {"name", "type", "fields", "names", "schema", "location", "uuid", "format_version",
             "properties", "namespace_exists", "table_exists", "to_arrow"}  # fmt: skip
    for kind in (firn.Catalog, firn.Table, firn.Rows, firn.Schema, firn.View):
        for name, member in vars(kind).items():
            if not name.startswith("_") and name not in plain and callable(member):
                assert member.__doc__, f"{kind.__name__}.{name}"


def test_only_the_entry_is_exported():
    listed = subprocess.run(
        ["nm", "-D", "--defined-only", "--extern-only", MODULE],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line.split()[-1] for line in listed.stdout.splitlines()] == ["PyInit__firn"]


def test_openssl_is_the_systems(python):
    """libparquet of the wheel exports another one: none of the module's calls may reach it."""
    program = "import pyarrow.parquet, firn"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "LD_DEBUG": "bindings", "LD_BIND_NOW": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    bound = re.findall(
        r"binding file (\S+) \[0\] to (\S+) \[0\]: normal symbol `(EVP|CRYPTO|X509|SSL|OPENSSL)_",
        done.stderr,
    )
    ours = {Path(to).name for by, to, _ in bound if Path(by).name.startswith(("_firn", "libcurl"))}
    assert ours and ours <= {"libcrypto.so.3", "libssl.so.3"}


@pytest.mark.parametrize("order", ["import firn, pyarrow", "import pyarrow, firn"])
def test_one_arrow_in_the_process(python, order):
    printed = python(
        f"{order}\nimport pyarrow.parquet\n"
        "maps = open('/proc/self/maps').read().split()\n"
        "print(*{word for word in maps if 'libarrow.so' in word or 'libparquet.so' in word})\n"
    )
    assert len(printed.split()) == 2
    assert all(Path(path).parent == Path(pa.__file__).parent for path in printed.split())


def test_another_pyarrow_is_told(tmp_path, python):
    (tmp_path / "other/pyarrow").mkdir(parents=True)
    (tmp_path / "other/pyarrow/__init__.py").write_text("__version__ = '25.0.0'\n")
    told = python("import firn", code=1, PYTHONPATH=f"{tmp_path}/other:{MODULE.parents[1]}")
    assert "firn needs pyarrow 26.0.x, but pyarrow 25.0.0 is installed" in told


SERVER = """
import http.server, ssl, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = b'{"defaults":{},"overrides":{},"namespaces":[["over tls"]]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


def test_tls_beside_parquet(tmp_path, table):
    """A request over TLS from a process that has read Parquet."""
    from conftest import rows

    table.append(rows(0, 3))
    assert table.scan().to_arrow().num_rows == 3
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key,
         "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    command = [sys.executable, "-c", SERVER, certificate, key]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            uri = f"https://localhost:{server.stdout.readline().strip()}"
            catalog = firn.open_catalog(uri, **{"ssl.cabundle": str(certificate)})
            assert catalog.list_namespaces() == [("over tls",)]
            with pytest.raises(firn.Error):
                firn.open_catalog(uri, **{"rest.client.max-retries": 0})
        finally:
            server.kill()


INSTALLED = """
import firn, pyarrow as pa, sys
catalog = firn.open_catalog(f"sqlite:///{sys.argv[1]}/c.db?warehouse=file://{sys.argv[1]}/wh")
catalog.create_namespace("db")
data = pa.table({"id": [1, 2, 3]})
catalog.create_table("db.t", data.schema).append(data)
print(firn.__file__, catalog.load_table("db.t").scan(where="id > 1").to_arrow().num_rows)
"""


REPOSITORY = """\
project: installed
provider: local
registry: registry.db
online_store: {type: sqlite, path: online.db}
offline_store: {type: iceberg}
"""
CONFIGURED = """
import pyspark
from feast import FeatureStore
store = FeatureStore(repo_path=".")
print(type(store.config.offline_store).__name__.removesuffix("Config"))
print(type(store._get_provider().offline_store).__name__)
"""


@pytest.mark.full
def test_pip_and_uv_install_it(tmp_path):
    """`pip install ./python` into a fresh environment, and the same wheel by uv into another."""

    def run(*command, **options):
        # c++: what the other builds call the compiler, whose objects a compiler cache then has.
        environment = {**os.environ, "CXX": "c++"}
        options = {"env": environment, **options}
        done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def check(python):
        folder = tmp_path / Path(python).parents[1].name / "data"
        folder.mkdir()
        printed = run(python, "-c", INSTALLED, folder, cwd=tmp_path, env={"PATH": "/usr/bin:/bin"})
        path, count = printed.split()
        assert Path(path).is_relative_to(tmp_path) and count == "2"
        hooks = "import sys; print({type(item).__module__ for item in sys.meta_path})"
        assert "_firn_feast_hook" in run(python, "-c", hooks, cwd=tmp_path)

    for name in ("by_pip", "by_uv"):
        run(sys.executable, "-m", "venv", tmp_path / name)
    pip = [tmp_path / "by_pip/bin/python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run(*pip, "install", places.ROOT / "python")
    check(tmp_path / "by_pip/bin/python")
    run(*pip, "wheel", "--no-deps", "--wheel-dir", tmp_path / "wheels", places.ROOT / "python")
    (wheel,) = (tmp_path / "wheels").glob("firn-*.whl")
    run(*pip, "install", "uv")
    run(tmp_path / "by_pip/bin/uv", "pip", "install", "--quiet", "--python",
        tmp_path / "by_uv/bin/python", wheel)  # fmt: skip
    check(tmp_path / "by_uv/bin/python")
    # With Feast and Spark beside it, `type: iceberg` is known from the start.
    run(*pip, "install", f"{wheel}[feast,spark]")
    (tmp_path / "feature_store.yaml").write_text(REPOSITORY)
    python = tmp_path / "by_pip/bin/python"
    assert run(python, "-c", CONFIGURED, cwd=tmp_path).split() == ["IcebergOfflineStore"] * 2
