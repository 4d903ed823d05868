"""A Hive Metastore on loopback: the real one, by Maven, on a Derby database in memory."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from harness import places
from harness.server import free_port

HERE = Path(__file__).parent / "metastore"
START_S = 90
STOP_S = 20

SETTINGS = {
    "javax.jdo.option.ConnectionURL": "jdbc:derby:memory:metastore;create=true",
    "javax.jdo.option.ConnectionDriverName": "org.apache.derby.jdbc.EmbeddedDriver",
    "datanucleus.schema.autoCreateAll": "true",
    "metastore.schema.verification": "false",
    "metastore.thrift.uris": "",
    "metastore.thrift.bind.host": "127.0.0.1",
    # Those by default want the whole of Hive.
    "metastore.expression.proxy": (
        "org.apache.hadoop.hive.metastore.DefaultPartitionExpressionProxy"
    ),
    "metastore.task.threads.always": "org.apache.hadoop.hive.metastore.events.EventCleanerTask",
}
LOG = """
rootLogger.level = WARN
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
"""


class Missing(Exception):
    """What is not installed for it."""


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = os.path.join(home, "bin", "java") if home else shutil.which("java")
    if not java:
        raise Missing("no JDK for a metastore")
    return java


def _jars(name: str) -> Path:
    """The folder of its jars; Maven knows the user's mirrors."""
    pom = HERE / f"{name}.xml"
    folder = places.cache_folder() / "jars" / name
    done = folder / "complete"
    with places.maven_alone():
        if done.is_file() and done.read_text() == pom.read_text():
            return folder
        if not shutil.which("mvn"):
            raise Missing("no Maven for a metastore")
        shutil.rmtree(folder, ignore_errors=True)
        command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
        command += ["-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
        subprocess.run(command, check=True)
        done.write_text(pom.read_text())
    return folder


def _write_settings(folder: Path) -> None:
    warehouse = f"file://{folder}/own"
    settings = {
        **SETTINGS,
        "metastore.warehouse.dir": warehouse,
        "metastore.warehouse.external.dir": warehouse,
    }
    properties = "".join(
        f"<property><name>{name}</name><value>{value}</value></property>\n"
        for name, value in settings.items()
    )
    (folder / "metastore-site.xml").write_text(f"<configuration>\n{properties}</configuration>\n")
    (folder / "log4j2.properties").write_text(LOG)


def _await_port(port: int, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while True:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the metastore does not serve: {log.read_text()[-3000:]}")
        time.sleep(0.1)


@contextlib.contextmanager
def metastore(name: str, folder: Path):
    """Both have locks; `hive4` checks expectations of changes too, `hive3` does not. Gives its
    address. It keeps its files below `folder`."""
    java, jars = _java(), _jars(name)
    _write_settings(folder)
    port = free_port()
    log = folder / "metastore.log"
    command = [java, "-Xmx384m", "-XX:TieredStopAtLevel=1", "-cp", f"{folder}:{jars}/*"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, str(HERE / "Metastore.java"), "-p", str(port)],
            stdout=out,
            stderr=out,
            cwd=folder,
        )
    try:
        _await_port(port, process, log)
        yield f"thrift://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_S)
