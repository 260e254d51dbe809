"""The window speaks as the system does whose data is open, and says why something cannot be done there."""

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QTableView,
    QToolButton,
    QWidget,
)

from inspector.app import open_window
from inspector.settings import Settings
from storage_core import Scope, Storage
from storage_core.browse import Address
from tests.inspector.foreign.conftest import Sql
from tests.inspector.person import Person

ADMIN = Scope("mycat", "bace0701-15e3-5144-97c5-47487d543032")
BOB = Scope("mycat", "ef45d397-0411-5f5e-8940-9bdbdef3958b")
TENANT = "6d4f1a5e-0f0b-4c6b-9a55-0b5a1c3f7e21"
PLUGIN = Scope(TENANT, "hjlarry/storage")


def headings(person: Person) -> list[str]:
    model = person.table.model()
    return [
        model.headerData(section, Qt.Orientation.Horizontal)
        for section in range(model.columnCount())
        if not person.table.isColumnHidden(section)
    ]


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


async def kinds_of_a_new_key(person: Person) -> tuple[list[str], str]:
    """Which kinds can be chosen, and what the box says of the others."""
    await person.do("actionNewKey")
    dialog = person.dialog("newKeyDialog")
    box = dialog.findChild(QComboBox, "kindBox")
    model = box.model()
    assert isinstance(model, QStandardItemModel)
    possible = [box.itemText(row) for row in range(box.count()) if model.item(row).isEnabled()]
    assert box.currentText() in possible
    why = box.accessibleDescription()
    dialog.reject()
    await person.window.idle()
    return possible, why


async def test_the_status_names_the_file_and_the_system_and_says_what_it_cannot(cat: Person) -> None:
    (label,) = (each for each in cat.window.status.findChildren(QLabel) if "core.db" in each.text())
    assert label.text() == "core.db · Cheshire Cat"
    assert "keeps no times" in label.toolTip()
    assert "revision" not in texts(cat.window.status)


async def test_the_status_says_where_not_all_rows_can_be_shown(core_db: Path, sql: Sql) -> None:
    sql("INSERT INTO key_value_db VALUES (?, '1')", b"\xff")  # as a plugin saves that uses bytes as a key
    window = await open_window(core_db)
    await window.idle()
    (label,) = (each for each in window.status.findChildren(QLabel) if "core.db" in each.text())
    assert label.text() == "core.db · Cheshire Cat · not all is shown"
    assert "1 row is not shown, as its key or user is no text" in label.toolTip()
    await window.shutdown()


async def test_a_folder_of_dify_opens_with_its_name_and_its_systems(dify: Person) -> None:
    assert "persistence · Dify" in texts(dify.window.status)
    assert dify.current_key() == "avatar:content"


async def test_expiry_is_greyed_out_and_says_why_in_menu_and_shortcuts(cat: Person) -> None:
    await cat.go_to(BOB, "theme")
    action = cat.action("actionExpiry")
    assert not action.isEnabled()
    assert "keeps no expiry" in action.toolTip()
    assert "keeps no expiry" in action.whatsThis()
    await cat.do("actionShortcuts")
    overlay = cat.find(QWidget, "shortcutOverlay")
    (words,) = (each for each in overlay.findChildren(QLabel) if each.text() == "Expiry")
    assert not words.isEnabled()
    assert "keeps no expiry" in texts(overlay)


async def test_only_what_is_refused_has_a_tooltip_in_its_menu(cat: Person) -> None:
    await cat.go_to(BOB, "theme")
    menu = cat.window.commands.menu("Key")
    menu.popup(QPoint(0, 0))

    def is_swallowed(name: str) -> bool:
        at = menu.actionGeometry(cat.action(name)).center()
        return any(
            each.eventFilter(menu, QHelpEvent(QEvent.Type.ToolTip, at, menu.mapToGlobal(at)))
            for each in [cat.window.commands._reasons]
        )

    assert (is_swallowed("actionExpiry"), is_swallowed("actionRename")) == (False, True)
    menu.close()


async def test_what_was_refused_is_possible_again_in_another_storage(cat: Person, tmp_path: Path) -> None:
    with Storage(tmp_path / "ours.db") as storage:
        storage.workspace("w").save("k", 1)
    await cat.window.open(tmp_path / "ours.db")
    await cat.window.idle()
    assert cat.action("actionExpiry").isEnabled()
    assert cat.action("actionExpiry").toolTip() == "Expiry"
    assert "ours.db · SQLite" in texts(cat.window.status)
    assert headings(cat) == ["Key", "Kind", "Size", "Updated", "Expires"]


async def test_columns_of_what_is_not_known_are_left_out_and_the_heading_says_why(
    cat: Person, dify: Person
) -> None:
    assert headings(cat) == ["Key", "Kind", "Size"]
    assert headings(dify) == ["Key", "Kind", "Size", "Updated"]
    why = cat.table.model().headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "keeps no times" in why
    assert "keeps no expiry" in why


async def test_an_order_by_a_column_that_is_not_there_is_let_go(tmp_path: Path, core_db: Path) -> None:
    with Storage(tmp_path / "ours.db") as storage:
        storage.workspace("w").save("k", 1)
    window = await open_window(tmp_path / "ours.db")
    await window.idle()
    window.keys.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    await window.idle()
    await window.open(core_db)
    await window.idle()
    assert Person(window).keys()[:3] == ["(empty key)", "␣leading space", "Theme"]
    await window.shutdown()


async def test_a_new_key_is_json_in_the_cat_and_bytes_in_dify(cat: Person, dify: Person) -> None:
    possible, why = await kinds_of_a_new_key(cat)
    assert "JSON object" in possible
    assert "Bytes" not in possible
    assert why == "Cheshire Cat keeps JSON only"
    possible, why = await kinds_of_a_new_key(dify)
    assert possible == ["Bytes", "Bytes that are a JSON object"]
    assert "Dify keeps bytes only" in why


async def test_dify_has_plugins_where_others_have_users(dify: Person) -> None:
    assert dify.window.tool_row.jump.accessibleName() == "Jump to workspace, plugin or key"
    assert dify.action("actionJump").text().replace("&", "") == "Jump to workspace, plugin or key…"
    await dify.do("actionJump")
    assert dify.find(QLineEdit, "jumpEdit").placeholderText() == "Any part of workspace, plugin or key"
    dify.find(QWidget, "jumpPalette").dismiss()
    await dify.do("actionMoveTo")
    dialog = dify.dialog("moveDialog")
    assert "&Plugin" in texts(dialog)
    user = dialog.findChild(QLineEdit, "userEdit")
    user.clear()
    assert "values of plugins only" in user.placeholderText()
    assert not dialog.findChild(QPushButton, "acceptButton").isEnabled()
    dialog.reject()
    await dify.window.idle()
    row = dify.scope_row(PLUGIN)
    assert row.data(Qt.ItemDataRole.AccessibleTextRole).startswith("hjlarry/storage, plugin, ")


async def test_the_admin_is_called_so_in_tree_breadcrumb_and_jump(cat: Person) -> None:
    await cat.go_to(ADMIN, "theme")
    assert cat.scope_row(ADMIN).data() == "admin"
    assert ADMIN.user in cat.scope_row(ADMIN).data(Qt.ItemDataRole.ToolTipRole)
    assert cat.place() == "mycat / admin / theme"
    cat.find(QLineEdit, "scopeFilter").setText("admin")
    assert cat.scope_row(ADMIN).isValid()
    assert not cat.scope_row(BOB).isValid()
    await cat.do("actionJump")
    cat.find(QLineEdit, "jumpEdit").setText("admin theme")
    model = cat.find(QWidget, "jumpResults").model()
    await cat.sees(lambda: model.rowCount())
    assert [model.index(0, column).data() for column in range(2)] == ["theme", "mycat / admin"]


async def test_groups_of_difys_keys_are_by_slash_until_the_person_chooses(
    persistence: Path, core_db: Path, tmp_path: Path
) -> None:
    settings = Settings(tmp_path / "settings.ini")
    window = await open_window(core_db, settings=settings)
    assert window.scopes.model.delimiter == ":"
    await window.open(persistence)
    assert window.scopes.model.delimiter == "/"
    (colon,) = (each for each in window.findChild(QMenu, "groupDelimiter").actions() if each.data() == ":")
    colon.trigger()
    await window.open(core_db)
    await window.open(persistence)
    assert window.scopes.model.delimiter == ":"
    assert settings.delimiter == ":"
    await window.shutdown()


async def test_a_workspace_of_dify_says_how_much_each_plugin_holds(dify: Person) -> None:
    row = dify.window.scopes.model.workspace_index(TENANT)
    (plugin, gmail) = (dify.scope_row(each) for each in (PLUGIN, Scope(TENANT, "langgenius/gmail_trigger")))
    assert plugin.siblingAtColumn(1).data() == "8.3 KB"
    assert gmail.siblingAtColumn(1).data() == "102 B"
    await dify.click_row(dify.tree, row)
    assert dify.place() == TENANT
    assert not dify.scope_row(Scope(TENANT)).isValid()
    state = dify.window.keys._state
    assert state.isVisible()
    lines = state.findChild(QPlainTextEdit).toPlainText().splitlines()
    assert [line.split() for line in lines] == [
        ["8.3", "KB", "12", "keys", "hjlarry/storage"],
        ["102", "B", "6", "keys", "langgenius/gmail_trigger"],
    ]
    assert not dify.action("actionDeleteScope").isEnabled()


async def test_what_grows_meanwhile_is_weighed_anew(dify: Person, persistence: Path) -> None:
    (persistence / TENANT / "langgenius/gmail_trigger/grown").write_bytes(bytes(50_000))
    gmail = Scope(TENANT, "langgenius/gmail_trigger")
    await dify.sees(lambda: dify.scope_row(gmail).siblingAtColumn(1).data() == "50 KB")


async def test_a_values_head_says_neither_revision_nor_age_where_there_is_none(cat: Person, sql) -> None:
    await cat.go_to(BOB, "theme")
    assert cat.find(QLabel, "revisionLabel").isHidden()
    assert "age not known" in texts(cat.window.value)
    sql("UPDATE user_key_value_db SET value = '\"grey\"' WHERE user_id = ? AND key = 'theme'", BOB.user)
    await cat.sees(lambda: "changed now" in texts(cat.window.value) or " ago" in texts(cat.window.value))
    change = cat.window.activity.model.index(0, 3)
    assert change.data(Qt.ItemDataRole.ToolTipRole).count("revision") == 0


async def test_the_folder_of_dify_can_be_asked_for_and_is_a_recent_one(
    dify: Person, persistence: Path, core_db: Path
) -> None:
    await dify.do("actionOpenFolder")
    (dialog,) = dify.window.findChildren(QFileDialog)
    assert dialog.fileMode() is QFileDialog.FileMode.Directory
    dialog.fileSelected.emit(str(core_db.parent))
    dialog.close()
    await dify.sees(lambda: dify.state())
    assert "This is not a storage" in dify.state()
    assert "persistence" in dify.state()


async def test_an_odd_key_is_named_wherever_it_stands(cat: Person, sql) -> None:
    odd = "k" * 2_000
    sql("UPDATE key_value_db SET key = ? WHERE key = 'Theme'", odd)
    sql("UPDATE key_value_db SET key = ? WHERE key = 'theme'", "two\nlines")
    shared = Scope("mycat")
    await cat.sees(lambda: "two\\nlines" in cat.keys())
    for key, shown in (("", "(empty key)"), ("two\nlines", "two\\nlines"), (odd, odd)):
        cat.window.go_to(Address(shared, key))
        await cat.window.idle()
        assert cat.place() == f"mycat / Shared / {shown}"
        assert shown in texts(cat.window.value)
        await cat.do("actionRename")
        dialog = cat.dialog("renameDialog")
        assert dialog.width() < QApplication.primaryScreen().size().width()
        assert dialog.target() == Address(shared, key)
        dialog.reject()
        await cat.window.idle()


async def test_bring_over_speaks_of_the_targets_plugins(cat: Person, persistence: Path) -> None:
    dialog = await bring_over_into(cat, persistence)
    headings = dialog.findChild(QTableView, "bringOverScopes").model()
    shown = [headings.headerData(column, Qt.Orientation.Horizontal) for column in range(4)]
    assert shown == ["Scope", "Keys", "Its workspace there", "Its plugin there"]


async def test_the_workspace_of_a_target_that_takes_none_of_the_scopes_is_not_offered(
    dify: Person, core_db: Path
) -> None:
    dialog = await bring_over_into(dify, core_db)
    assert not dialog.findChild(QPushButton, "bringOverAdopt").isVisible()
    note = dialog.findChild(QLabel, "bringOverNote").text()
    assert note.endswith("; none of the scopes can be one of its users under its name")


async def bring_over_into(person: Person, target: Path) -> QDialog:
    await person.do("actionBringOver")
    dialog = person.dialog("bringOverDialog")
    dialog.findChild(QLineEdit, "bringOverTarget").setText(str(target))
    await person.window.idle()
    return dialog


async def test_long_names_in_the_breadcrumb_push_no_button_out_of_sight(
    dify: Person, persistence: Path
) -> None:
    window = dify.window
    window.resize(1024, 640)
    scope = Scope(TENANT, f"{'author' * 5}/{'plugin' * 6}")
    folder = persistence / TENANT / scope.user
    folder.mkdir(parents=True)
    (folder / "a_key_with_a_long_name").write_bytes(b"1")
    await dify.do("actionRefresh")
    window.go_to(Address(scope, "a_key_with_a_long_name"))
    await window.idle()
    row = window.tool_row
    assert not row.findChild(QToolButton, "qt_toolbar_ext_button").isVisible()
    assert all(each.geometry().right() <= row.width() for each in row.children() if isinstance(each, QWidget))
