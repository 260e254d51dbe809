"""The peers, installed into a folder of their own that nothing but the benchmark looks into."""

import subprocess
import sys
from pathlib import Path

PACKAGES = {
    "diskcache": "diskcache",
    "sqlitedict": "sqlitedict",
    "py-key-value-aio": "py-key-value-aio[disk]",
    "langgraph-checkpoint-sqlite": "langgraph-checkpoint-sqlite",
}
"""What pip is asked for, by the name of the distribution."""

_FOLDER = Path(__file__).parents[2] / ".venv" / "bench"


def make_importable() -> None:
    """Install the peers where that was not done yet; they come last in the path, behind what we use ourselves."""
    wanted = "\n".join(PACKAGES.values())
    marker = _FOLDER / ".installed"
    if not marker.is_file() or marker.read_text() != wanted:
        print("  installing the peers", file=sys.stderr, flush=True)
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, "--upgrade", "--target", str(_FOLDER), *PACKAGES.values()], check=True)
        marker.write_text(wanted)
    if str(_FOLDER) not in sys.path:
        sys.path.append(str(_FOLDER))
