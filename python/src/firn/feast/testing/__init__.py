"""What Feast's own universal tests need of this store: docs/feast.md, "Feast's own tests"."""

from firn.feast.testing.creators import IcebergDataSourceCreator

__all__ = ["IcebergDataSourceCreator"]
