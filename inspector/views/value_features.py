"""What helps with the value on the desk, each bound to the window it is made for."""

from typing import TYPE_CHECKING

from inspector.views.draft_keeper import DraftKeeper
from inspector.views.file_flows import FileFlows
from inspector.views.key_menu import KeyMenu
from inspector.views.schemas import Schemas
from inspector.views.session_end import SessionEnd
from inspector.views.value_schema import ValueSchema
from inspector.views.value_tasks import ValueTasks

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow


class ValueFeatures:
    """Made once for a window, when all that it consists of is there."""

    def __init__(self, window: "MainWindow") -> None:
        self.tasks = ValueTasks(window.value, window.tasks)
        self.schemas = Schemas(window)
        self.schema = ValueSchema(window.value, window.tasks, self.schemas.files)
        self.menu = KeyMenu(window, FileFlows(window, window.desk, window.deeds, window.value, window))
        self.drafts = DraftKeeper(window)
        self.session_end = SessionEnd(window, self.drafts)
        window.session_changed.connect(lambda: self.tasks.follow(window.session))
        window.session_changed.connect(lambda: self.schema.follow(window.session))
        window.live.changed.connect(self.schema.take_note)
        self.schemas.changed.connect(self.schema.look_anew)

    def close(self) -> None:
        """Keep what is not saved as a draft, and do no more. Once more does no harm."""
        self.schema.close()
        self.session_end.stop()
        self.drafts.close()
