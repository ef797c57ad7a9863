"""Pulling: what `sources.yaml` binds is fetched by child processes and landed with its mark."""
