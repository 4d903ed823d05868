"""Started with every Python process by firn_feast.pth: waits for Feast to be imported, and then
tells it that `type: iceberg` is Firn. Without Feast it costs one entry of sys.meta_path.

Feast looks store types up in dictionaries when it reads feature_store.yaml, which is before it
imports anything of the repository: nobody else could add to them in time.
"""

import importlib.util
import re
import sys

TARGET = "feast.repo_config"
OFFLINE_STORE = "firn.feast.IcebergOfflineStore"
ENGINE = "firn.feast.IcebergComputeEngine"
HIDDEN = "***"


class _Hook:
    """Of sys.meta_path: finds nothing itself."""

    def find_spec(self, name, path=None, target=None):
        if name != TARGET:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader:
    def __init__(self, loader):
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        teach(module)


def install():
    """Idempotent."""
    if TARGET not in sys.modules and not any(isinstance(item, _Hook) for item in sys.meta_path):
        sys.meta_path.insert(0, _Hook())


def teach(repo_config):
    """`repo_config` is the module. Names that Feast has itself stay Feast's."""
    repo_config.OFFLINE_STORE_CLASS_FOR_TYPE.setdefault("iceberg", OFFLINE_STORE)
    repo_config.BATCH_ENGINE_CLASS_FOR_TYPE.setdefault("iceberg.engine", ENGINE)
    _hide_secrets(repo_config.RepoConfig)


def _hide_secrets(model):
    """Feast keeps the section as it was read, and prints it with the rest of its configuration."""
    original = model.__repr_args__
    if getattr(original, "_firn_feast", False):
        return

    def __repr_args__(self):
        return [(name, _shown(value)) for name, value in original(self)]

    __repr_args__._firn_feast = True
    model.__repr_args__ = __repr_args__


def _shown(value):
    if not isinstance(value, dict) or value.get("type") not in ("iceberg", OFFLINE_STORE):
        return value
    return shown(value)


def shown(section):
    """The settings of `offline_store` as they may be printed."""
    out = dict(section)
    for key in ("storage_options", "spark_conf"):
        if isinstance(out.get(key), dict):
            out[key] = dict.fromkeys(out[key], HIDDEN)
    if isinstance(out.get("uri"), str):
        out["uri"] = without_password(out["uri"])
    return out


def without_password(uri):
    """The URI with its passwords hidden: before the last `@`, and in the query."""
    place, question, query = uri.partition("?")
    place = re.sub(r"(://[^@:]*):.*@", rf"\1:{HIDDEN}@", place, flags=re.DOTALL)
    query = re.sub(r"(?i)(^|&)((?:ssl)?password=)[^&]*", rf"\1\2{HIDDEN}", query)
    return place + question + query
