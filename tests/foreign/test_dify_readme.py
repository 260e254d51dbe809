"""The README's example of a plugin's tool in one's own process does what it says, on Dify's own SDK."""

import re
import subprocess
from pathlib import Path

from storage_core import Storage
from tests.foreign.environments import PROJECT, environment_for, python_in

TOOL = """
import json
from dify_plugin import Tool

class RememberTool(Tool):
    def _invoke(self, tool_parameters):
        try:
            found = self.session.storage.get("todos")
        except Exception:
            found = None
        todos = [*json.loads(found or b"[]"), tool_parameters["text"]]
        self.session.storage.set("todos", json.dumps(todos).encode())
        yield self.create_text_message(", ".join(todos))
"""


def test_the_example_runs_and_what_the_plugin_keeps_is_where_it_says(tmp_path: Path) -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```py\n(.*?)```", readme, re.DOTALL)
    (example,) = (example for example in examples if "storage_core.hosts.dify" in example)
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "remember.py").write_text(TOOL, encoding="utf-8")
    python, search = python_in("dify"), f"{PROJECT}:{tmp_path}"
    ran = subprocess.run(
        [python, "-c", example],
        cwd=tmp_path,
        env=environment_for(PYTHONPATH=search),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    attached, patched = ran.stdout.splitlines()
    assert attached.endswith("""b'["buy milk"]'""")
    assert "buy milk, buy milk" in patched
    with Storage(tmp_path / "state.db", read_only=True) as storage:
        (info,) = storage.scopes()
        assert str(info.scope) == "acme / author/name"
        assert storage.store(info.scope).get("todos") == b'["buy milk", "buy milk"]'
