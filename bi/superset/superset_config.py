"""Superset's settings; read by Superset itself, through SUPERSET_CONFIG_PATH.

State and secrets come from the folder that `run` names, so nothing here is a secret.
"""

import json
import os
from pathlib import Path

STATE = Path(os.environ["SCORECARD_SUPERSET_STATE"])


def _secret_key() -> str:
    given = os.environ.get("SUPERSET_SECRET_KEY")
    return given or json.loads((STATE / "secrets.json").read_text("utf-8"))["secret_key"]


SECRET_KEY = _secret_key()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{STATE / 'superset.db'}?check_same_thread=false"

APP_NAME = "政务考核 Scorecard"
BABEL_DEFAULT_LOCALE = "zh"
LANGUAGES = {
    "zh": {"flag": "cn", "name": "中文"},
    "en": {"flag": "us", "name": "English"},
}

# A chart asks the file each time it is drawn: a version published a second ago is seen at once.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

ROW_LIMIT = 50_000
SQL_MAX_ROW = 50_000
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
FEATURE_FLAGS = {
    "ALERT_REPORTS": False,
    "DASHBOARD_RBAC": True,
    "THUMBNAILS": False,
}
# Nothing on the pages asks another machine: no map tiles, no remote fonts, no counting pixel.
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
RATELIMIT_STORAGE_URI = "memory://"
WTF_CSRF_TIME_LIMIT = 60 * 60 * 12
