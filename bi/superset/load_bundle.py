"""Puts the bundle and the first account into Superset; runs in Superset's environment.

load_bundle.py BUNDLE PUBLISHED_FILE
"""

import json
import os
import sys
from pathlib import Path

import yaml
from superset.app import create_app

DATABASE = "databases/scorecard.yaml"


def read_bundle(bundle: Path, published: Path) -> dict[str, str]:
    """The bundle's files by their path in it, with the database pointed at the published file."""
    contents = {
        str(path.relative_to(bundle)): path.read_text("utf-8")
        for path in sorted(bundle.rglob("*.yaml"))
    }
    database = yaml.safe_load(contents[DATABASE])
    database["sqlalchemy_uri"] = f"duckdb:///{published}"
    # The customary export says "Dashboard"; the command that also brings known charts and
    # datasets anew wants its own word.
    metadata = yaml.safe_load(contents["metadata.yaml"]) | {"type": "assets"}
    return contents | {
        DATABASE: yaml.safe_dump(database, allow_unicode=True),
        "metadata.yaml": yaml.safe_dump(metadata),
    }


def first_password() -> str:
    """The administrator's first password: the environment's, or the one made beside the state."""
    given = os.environ.get("SUPERSET_ADMIN_PASSWORD")
    made = Path(os.environ["SCORECARD_SUPERSET_STATE"]) / "secrets.json"
    return given or json.loads(made.read_text("utf-8"))["admin_password"]


def main() -> None:
    """Makes the account where there is none, then imports."""
    bundle, published = Path(sys.argv[1]), Path(sys.argv[2])
    app = create_app()
    with app.app_context():
        from superset import security_manager
        from superset.commands.importers.v1.assets import ImportAssetsCommand
        from superset.utils.core import override_user

        admin = security_manager.find_user(username="admin") or security_manager.add_user(
            "admin",
            "Scorecard",
            "Admin",
            "admin@localhost",
            security_manager.find_role("Admin"),
            password=first_password(),
        )
        with override_user(admin):
            ImportAssetsCommand(read_bundle(bundle, published)).run()


if __name__ == "__main__":
    main()
