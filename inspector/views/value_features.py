"""What helps with the value on the desk, each bound to the window it is made for."""

from typing import TYPE_CHECKING

from inspector.views.value_tasks import ValueTasks

if TYPE_CHECKING:
    from inspector.views.main_window import MainWindow


class ValueFeatures:
    """Made once for a window, when all that it consists of is there."""

    def __init__(self, window: "MainWindow") -> None:
        self.tasks = ValueTasks(window.value, window.tasks)
        window.session_changed.connect(lambda: self.tasks.follow(window.session))
