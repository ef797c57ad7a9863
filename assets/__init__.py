"""The asset graph: landed datasets, SQL models, the publication. Thin over `scorecard`."""
