"""The commands behind `run`: Superset in an environment of its own, over one home's file.

They need the standard library alone. What Superset keeps (its database, its secrets) lies in the
state folder, by default `<home>/superset`; the published file is only ever read.
"""

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
PORT = 8088


class CommandError(Exception):
    """What is wrong, where, and the mend, in one line."""


@dataclass(frozen=True)
class Place:
    """Where a Superset stands: its environment, its state, and the file that it reads."""

    environment: Path
    state: Path
    published: Path

    @property
    def secrets(self) -> Path:
        """The file of the secret key and the first password, for its owner alone."""
        return self.state / "secrets.json"

    def binary(self, name: str) -> str:
        """The path of a program of Superset's environment.

        Raises:
            CommandError: there is none yet.
        """
        path = self.environment / "bin" / name
        if not path.exists():
            raise CommandError(f"{path}: not there; `{HERE / 'run'} install` comes first")
        return str(path)

    def variables(self) -> dict[str, str]:
        """The environment variables under which every Superset process runs."""
        inherited = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
        return inherited | {
            "FLASK_APP": "superset.app:create_app()",
            "PYTHONNOUSERSITE": "1",
            "SCARF_ANALYTICS": "false",
            "SCORECARD_SUPERSET_STATE": str(self.state),
            "SUPERSET_CONFIG_PATH": str(HERE / "superset_config.py"),
            "SUPERSET_HOME": str(self.state),
        }


def install(place: Place) -> None:
    """Makes Superset's environment exactly as the lock file says.

    Raises:
        CommandError: uv is missing or could not install.
    """
    beside = REPOSITORY / ".venv" / "bin" / "uv"
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        raise CommandError("uv: not found; `make setup` installs it into .venv")
    _call(
        [uv, "sync", "--locked", "--quiet", "--project", str(HERE)],
        os.environ | {"UV_PROJECT_ENVIRONMENT": str(place.environment)},
    )
    print(f"installed: {place.environment}")


def load(place: Place) -> None:
    """Makes or updates Superset's own database, the first account and the dashboard.

    Doing it again brings what the bundle has anew and leaves accounts alone.

    Raises:
        CommandError: no published file, lost secrets, or Superset refused the bundle.
    """
    if not place.published.exists():
        raise CommandError(f"{place.published}: no published file; `scorecard nightly` writes it")
    superset, python = place.binary("superset"), place.binary("python")
    _make_secrets(place)
    log = place.state / "load.log"
    with log.open("w", encoding="utf-8") as output:
        for command in (
            [superset, "db", "upgrade"],
            [superset, "init"],
            [python, str(HERE / "load_bundle.py"), str(HERE / "bundle"), str(place.published)],
        ):
            _call(command, place.variables(), output)
    print(f"loaded: the dashboard over {place.published}")
    print(f"account: admin; its first password stands in {_password_place(place)}")


def serve(place: Place, port: int) -> None:
    """Serves on 127.0.0.1 until it is stopped; takes the place of this process."""
    gunicorn = place.binary("gunicorn")
    if not (place.state / "superset.db").exists():
        raise CommandError(f"{place.state}: nothing loaded yet; `{HERE / 'run'} load` comes first")
    print(f"http://127.0.0.1:{port}/superset/dashboard/scorecard/", flush=True)
    os.execve(
        gunicorn,
        [
            *(gunicorn, "--bind", f"127.0.0.1:{port}", "--log-level", "warning"),
            *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
            *("--timeout", "300", "superset.app:create_app()"),
        ],
        place.variables(),
    )


def pass_on(place: Place, arguments: list[str]) -> None:
    """Calls Superset's own command line with this place's settings, in place of this process."""
    superset = place.binary("superset")
    os.execve(superset, [superset, *arguments], place.variables())


def _make_secrets(place: Place) -> None:
    place.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    if place.secrets.exists():
        return
    if (place.state / "superset.db").exists() and "SUPERSET_SECRET_KEY" not in os.environ:
        raise CommandError(
            f"{place.secrets}: gone, but Superset's database was made with its key; "
            f"put it back, or remove {place.state} and load again"
        )
    made = {"secret_key": secrets.token_urlsafe(48), "admin_password": secrets.token_urlsafe(18)}
    descriptor = os.open(place.secrets, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(made, file, indent=1)


def _password_place(place: Place) -> str:
    given = "SUPERSET_ADMIN_PASSWORD"
    return f"the environment ({given})" if given in os.environ else str(place.secrets)


def _call(command: list[str], variables: dict[str, str], output: TextIO | None = None) -> None:
    errors = subprocess.STDOUT if output else None
    done = subprocess.run(command, env=variables, check=False, stdout=output, stderr=errors)
    if done.returncode:
        where = f"; see {output.name}" if output else ""
        raise CommandError(f"{Path(command[0]).name} {command[1]}: failed{where}")


def place_of(arguments: argparse.Namespace) -> Place:
    """The place that the arguments name."""
    home = Path(arguments.home).absolute()
    return Place(
        environment=Path(arguments.environment).absolute(),
        state=Path(arguments.state).absolute() if arguments.state else home / "superset",
        published=home / "published" / "current" / "scorecard.duckdb",
    )


def add_place_options(parser: argparse.ArgumentParser) -> None:
    """The options that say where Superset stands."""
    home = os.environ.get("SCORECARD_HOME", str(REPOSITORY / "var"))
    parser.add_argument("--home", default=home, help="whose published file is read (%(default)s)")
    parser.add_argument("--state", help="what Superset keeps (the home's folder superset)")
    parser.add_argument(
        "--environment",
        default=str(REPOSITORY / ".venv-superset"),
        help="where Superset is installed (%(default)s)",
    )


def main() -> None:
    """The command line of `run`."""
    parser = argparse.ArgumentParser(prog="run", description="Superset over the published file.")
    add_place_options(parser)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("install", help="makes Superset's environment from the lock file")
    commands.add_parser("load", help="makes the account and the dashboard, or updates the latter")
    serving = commands.add_parser("serve", help="serves on 127.0.0.1 until stopped")
    serving.add_argument("--port", type=int, default=PORT, help="%(default)s")
    passing = commands.add_parser("superset", help="Superset's own command line, with arguments")
    passing.add_argument("arguments", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    place = place_of(arguments)
    try:
        if arguments.command == "install":
            install(place)
        elif arguments.command == "load":
            load(place)
        elif arguments.command == "serve":
            serve(place, arguments.port)
        else:
            pass_on(place, arguments.arguments)
    except CommandError as error:
        print(f"run: {error}", file=sys.stderr)
        raise SystemExit(1) from None
