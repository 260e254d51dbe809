"""Opens the inspector on a sample storage, with one small plugin at work in it, so that a newcomer sees life."""

import argparse
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from inspector.app import main as open_inspector
from inspector.assets import resource
from storage_core import Storage, Store

USERS = {
    "acme": ("ann", "bob", "carla", "deniz", "élodie"),
    "beta-lab": ("fatma", "gus", "hana", "ivo"),
    "home": ("jo", "kim", "6fa459ea-ee8a-3ca4-894e-db77e160355e"),
}


def write_sample(path: Path) -> None:
    """Make the sample storage at `path`: all of it, or, where that fails, nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with Storage(unfinished) as storage:
            for number, (workspace, users) in enumerate(USERS.items(), 1):
                shared = storage.workspace(workspace)
                _write_shared(shared, number)
                for place, user in enumerate(users):
                    _write_user(shared.user(user), user, number * 10 + place)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_shared(shared: Store, number: int) -> None:
    shared.save(
        "assistant",
        {
            "language": "en",
            "theme": {"color": "dark", "accent": "#6EA8FE", "compact": True},
            "limits": {"requests_per_minute": 60 * number, "budget": 22.5, "models": ["small", "large"]},
            "maintenance": None,
        },
    )
    shared.save_text(
        "pricing",
        '{\n  "currency": "EUR",\n  "plan": {"base": 22.00, "per_user": 1e0},\n  "max": 1180591620717411303424\n}\n',
    )
    shared.save_many(
        {
            f"cache:weather:{city}": {"temperature": 11.5 + place, "sky": "cloudy"}
            for place, city in enumerate(("Berlin", "Lisboa", "Oslo", "Zürich"))
        }
    )
    shared.save_many(
        {f"cache:page:{page:03}": {"title": f"Page {page}", "words": page * 37} for page in range(40)}
    )
    shared.save_many(
        {
            f"conversations/2026/11/{day:02}": [
                {"role": "user", "text": "What is on today?"},
                {"role": "assistant", "text": f"{day} meetings."},
            ]
            for day in range(1, 9)
        }
    )
    shared.set("logo.png", resource("sample/logo.png").read_bytes())
    shared.set("notes.txt", b"Ring the plumber.\nBuy oat milk.\n")
    shared.set("cursor", (4711 * number).to_bytes(4, "big"))
    shared.set("last_error", b'{"code": 429, "message": "slow down", "retry_after": 30}')
    shared.save("token", "example-token-0000-not-a-secret")
    shared.save("visits", 40 + number)


def _write_user(store: Store, user: str, number: int) -> None:
    store.save(
        "profile",
        {
            "name": user.capitalize(),
            "email": f"{user}@example.org",
            "active": number % 3 != 0,
            "score": number / 4,
            "tags": ["early", "beta"][: number % 3],
            "address": {"city": "Graz", "zip": "8010", "geo": [47.0707, 15.4395]},
        },
    )
    store.save("todos", [{"text": "buy milk", "done": False}, {"text": "water the plants", "done": True}])
    store.save("visits", number)
    store.save("greeting", f"Hello {user}, welcome back!")
    store.save("onboarded", number % 2 == 0)
    store.save("draft", None)
    store.save("session:current", {"id": f"s-{number:04}", "step": 3}, ttl=timedelta(hours=2))
    store.save_many({f"history:{turn:03}": {"turn": turn, "text": "…"} for turn in range(number % 7)})
    store.set("api_key", f"example-{number:08}".encode())


def main() -> int:
    """`python -m inspector.sample PATH [inspector's own arguments]`."""
    parser = argparse.ArgumentParser(prog="inspector.sample", description=__doc__, allow_abbrev=False)
    parser.add_argument("path", type=Path, help="where the sample storage is, or will be made")
    known, others = parser.parse_known_args()
    if not known.path.exists():
        write_sample(known.path)
    # The plugin ends when its standard input does: also when this process is killed.
    plugin = subprocess.Popen(
        [sys.executable, "-m", "inspector.sample_plugin", str(known.path)], stdin=subprocess.PIPE
    )
    try:
        return open_inspector([str(known.path), *others])
    finally:
        plugin.communicate(timeout=10)


if __name__ == "__main__":
    sys.exit(main())
