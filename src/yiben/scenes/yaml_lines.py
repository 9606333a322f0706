"""YAML with the line of every key; the reader is the rulebook's, for the rooms above it too."""

from yiben.rulebook.yaml_lines import MAX_BYTES, MAX_DEPTH, read_yaml

__all__ = ["MAX_BYTES", "MAX_DEPTH", "read_yaml"]
