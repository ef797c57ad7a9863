"""Data contracts: what a dataset's columns are, when it is due and what must hold in it.

A contract is one YAML file under the Open Data Contract Standard, and the only place where its
facts stand: landing, staging, quality suites, published comments and the data dictionary read them
from here. Input datasets and published tables use the same standard and the same classes.
"""

from scorecard.contract.load import load_contracts, load_published
from scorecard.contract.model import (
    Column,
    Contract,
    Reference,
    Rule,
    comment,
    labels_of,
)

__all__ = [
    "Column",
    "Contract",
    "Reference",
    "Rule",
    "comment",
    "labels_of",
    "load_contracts",
    "load_published",
]
