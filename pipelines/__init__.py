"""The Dagster code location and the command line. Importing this package imports no Dagster."""
