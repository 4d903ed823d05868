"""Spark for the suites: what it lacks here, and Iceberg's runtime for the one installed."""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from harness import places

# By the installed Spark's version.
ICEBERG = {
    "3.5": "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.12.0",
    "4.1": "org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.12.0",
}


def missing() -> str | None:
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark (tests/requirements-spark.txt)"
    return None if shutil.which("java") or os.environ.get("JAVA_HOME") else "JDK"


def iceberg_runtime() -> str:
    version = importlib.metadata.version("pyspark")
    return ICEBERG[".".join(version.split(".")[:2])]


def iceberg_jar() -> Path:
    """Iceberg's runtime, by Maven."""
    return _maven_jar(iceberg_runtime())


def jars(*coordinates: str) -> dict[str, str]:
    """The session's setting for them: by Ivy where there is no Maven."""
    if not shutil.which("mvn"):
        return {"spark.jars.packages": ",".join(coordinates)}
    return {"spark.jars": ",".join(str(_maven_jar(artifact)) for artifact in coordinates)}


def _maven_jar(artifact: str) -> Path:
    """Maven knows the user's mirrors."""
    _, name, version = artifact.split(":")
    jar = Path(places.cache_folder(), "jars", f"{name}-{version}.jar")
    with places.maven_alone():
        if not jar.is_file():
            command = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}"]
            command.append(f"-DoutputDirectory={jar.parent}")
            subprocess.run(command, check=True, cwd=jar.anchor)
    return jar
