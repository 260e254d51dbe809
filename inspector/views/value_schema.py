"""Brings the value that is shown together with its schema: found, told to the form, checked as the person edits."""

from collections.abc import Callable, Sequence

from inspector.coalescer import Coalescer
from inspector.plain import visible
from inspector.schema import PREFIX, Checker, Guide, Origin, SchemaFile, Verdict
from inspector.schema.sources import Found, find
from inspector.schema.verdict import sentence
from inspector.session import Session
from inspector.tasks import Tasks
from inspector.views.value_pane import ValuePane
from storage_core import Change, StorageError
from storage_core.browse import Address

CHECK_SECONDS = 0.12
"""How long edits are gathered before they are checked, all at once."""

_PURPOSE = "schema"


class ValueSchema:
    """Of one pane; `files` says which schemas the person has given."""

    def __init__(self, pane: ValuePane, tasks: Tasks, files: Callable[[], Sequence[SchemaFile]]) -> None:
        self._pane = pane
        self._tasks = tasks
        self._files = files
        self._session: Session | None = None
        self._address: Address | None = None
        self._found: Found | None = None
        self._guide: Guide | None = None
        self._trouble = ""  # why the schema is not used, or the value not checked
        self._checked: tuple[bytes, Verdict] | None = None
        self._checker = Checker()
        self._is_checking = False
        self._checking = Coalescer(tasks, CHECK_SECONDS, self._check)
        pane.settled.connect(self._settle)
        pane.edited.connect(self._check_soon)
        pane.handed_over.connect(self._tell)
        pane.form.schema.questions_came.connect(self._check_soon)

    def follow(self, session: Session | None) -> None:
        """Find schemas in this session's storage from now on."""
        self._session = session
        self._put_away()

    def take_note(self, changes: Sequence[Change]) -> None:
        """Somebody has written: look again where it was a schema of the workspace."""
        mine = self._address
        if mine is not None and any(
            change.scope.user is None
            and change.scope.workspace == mine.scope.workspace
            and change.key.startswith(PREFIX)
            for change in changes
        ):
            self.look_anew()

    def look_anew(self) -> None:
        """Find the schema of the value that is shown, and check it, again."""
        if self._address is not None:
            self._tasks.start(self._look(self._address), newest_of=_PURPOSE)

    def close(self) -> None:
        """End the checks, for good."""
        self._checker.close()

    def _settle(self) -> None:
        """Another value is shown, or the same one as it is stored now."""
        opened = self._pane.opened
        if opened is None or opened.document is None:
            self._put_away()
            return
        address = Address(opened.entry.scope, opened.entry.key)
        if address != self._address:
            self._put_away()
            self._address = address
        self.look_anew()

    def _put_away(self) -> None:
        self._tasks.cancel(_PURPOSE)
        if self._is_checking:
            self._checker.stop()
        self._address = self._found = self._guide = self._checked = None
        self._trouble = ""
        self._tell()

    async def _look(self, address: Address) -> None:
        if self._session is None:
            return
        try:
            found = await find(self._session.storage, address, self._files(), self._found)
        except StorageError:  # whoever reads the value itself says so
            return
        if found is not self._found:
            self._found, self._checked = found, None
            schema = found.schema if found is not None else None
            self._guide = Guide(schema.says) if schema is not None else None
            self._trouble = "" if found is None else found.refusal
        self._tell()
        self._check_soon()

    def _check_soon(self) -> None:
        if self._guide is not None:
            self._checking.ask()

    async def _check(self) -> None:
        found, guide, pane = self._found, self._guide, self._pane
        if found is None or found.schema is None or guide is None or pane.editor() is None or pane.problem():
            return
        if self._trouble:
            return  # it would be the same with every letter, and every time that a plugin writes
        data, questions = pane.data(), tuple(guide.questions)
        if self._checked is not None and self._checked[0] == data and not questions:
            self._tell()
            return
        self._is_checking = True
        try:
            verdict = await self._checker.check(found.schema.data, data, questions)
        finally:
            self._is_checking = False
        if self._found is not found:
            return
        self._checked, self._trouble = (data, verdict), verdict.refusal
        if verdict.is_broken:
            self._guide = None
        self._tell()

    def _tell(self) -> None:
        """Let form and foot show what is known now."""
        found, form = self._found, self._pane.form.schema
        verdict = self._checked[1] if self._checked is not None and not self._trouble else Verdict()
        form.use(self._guide, _whence(found), self._note())
        if self._guide is not None and self._checked is not None:
            self._pane.form.show_verdict(self._checked[0], verdict)
        self._pane.advise(sentence(verdict.count))

    def _note(self) -> str:
        if self._found is None or not self._trouble:
            return ""
        name = visible(self._found.rule.pattern)
        if self._guide is None:
            return f"The schema for {name} is not used. {self._trouble}"
        return f"{self._trouble}: what breaks the schema for {name} is not marked."


def _whence(found: Found | None) -> str:
    if found is None:
        return ""
    rule = found.rule
    where = (
        f"file {visible(rule.place)}" if rule.origin is Origin.FILE else f"published as {visible(rule.place)}"
    )
    return f"Schema for {visible(rule.pattern)}, {where}"
