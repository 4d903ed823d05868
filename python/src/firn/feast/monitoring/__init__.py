"""Feast's data-quality monitoring on Iceberg: metrics computed of a source, and kept in tables."""
