"""Connectors: one a kind of platform; each gives what the platform has as batches of texts."""
