"""What the program remembers between two runs."""

import json

import pytest
from PySide6.QtCore import QByteArray, QSettings

from inspector.schema import SchemaFile
from inspector.settings import DELIMITERS, MOST_DELIMITERS, MOST_RECENT_FILES, Bookmark, Settings
from inspector.theme import Choice


@pytest.fixture
def path(tmp_path):
    return tmp_path / "inspector.ini"


def kept_and_read_again(settings: Settings) -> Settings:
    assert settings.sync()
    return Settings(settings.path)


def test_a_first_start_has_defaults_and_writes_nothing(path):
    settings = Settings(path)
    assert settings.path == path
    assert settings.theme is Choice.SYSTEM
    assert settings.reduced_motion is None
    assert settings.delimiter == ":"
    assert settings.recent_files == []
    assert settings.bookmarks == []
    assert settings.schema_files == []
    assert settings.activity_visible
    assert not settings.activity_folded
    assert settings.geometry.isEmpty()
    assert settings.splitter("panes").isEmpty()
    assert not path.exists()


@pytest.mark.parametrize("choice", Choice)
def test_the_look_is_remembered(path, choice):
    settings = Settings(path)
    settings.theme = choice
    assert kept_and_read_again(settings).theme is choice


@pytest.mark.parametrize("reduced", [True, False, None])
def test_reduced_motion_is_remembered(path, reduced):
    settings = Settings(path)
    settings.reduced_motion = not reduced
    settings.reduced_motion = reduced
    assert kept_and_read_again(settings).reduced_motion is reduced


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_remembered_and_so_is_none(path, delimiter):
    settings = Settings(path)
    settings.delimiter = delimiter
    assert kept_and_read_again(settings).delimiter == delimiter


def test_the_layout_is_remembered_byte_for_byte(path):
    settings = Settings(path)
    state = QByteArray(bytes(range(256)))
    settings.geometry = state
    settings.set_splitter("panes", state)
    settings.activity_folded = True
    settings.activity_visible = False
    again = kept_and_read_again(settings)
    assert again.geometry == state
    assert again.splitter("panes") == state
    assert again.splitter("other").isEmpty()
    assert again.activity_folded
    assert not again.activity_visible


def test_recent_files_come_last_first_once_each_and_not_too_many(path):
    settings = Settings(path)
    names = [f"/data/{number}, with a comma.db" for number in range(MOST_RECENT_FILES + 2)]
    for name in [*names, names[5]]:
        settings.add_recent_file(name)
    again = kept_and_read_again(settings)
    assert again.recent_files[:2] == [names[5], names[-1]]
    assert len(again.recent_files) == len(set(again.recent_files)) == MOST_RECENT_FILES
    again.forget_recent_files()
    assert kept_and_read_again(again).recent_files == []


def test_one_recent_file_stays_a_list(path):
    settings = Settings(path)
    settings.add_recent_file("state.db")
    assert kept_and_read_again(settings).recent_files == ["state.db"]


def test_bookmarks_keep_any_name(path):
    settings = Settings(path)
    places = [
        Bookmark("state.db", "acme", "ann", "todos"),
        Bookmark("state.db", "acme"),
        Bookmark("/a b/ü.db", "w\n[General]\nlook=1", "\ud800", "%00=;,\\\u202e"),
    ]
    settings.bookmarks = places
    assert kept_and_read_again(settings).bookmarks == places


def test_what_was_damaged_by_hand_reads_as_its_default(path):
    path.write_text(
        "[look]\ntheme=purple\nreduced_motion=perhaps\n[tree]\ndelimiter=###\n"
        '[files]\nrecent="[1, \\"a.db\\", null"\n'
        '[bookmarks]\nplaces="[{\\"location\\": \\"a\\"}, 3]"\n',
        encoding="utf-8",
    )
    settings = Settings(path)
    assert settings.theme is Choice.SYSTEM
    assert settings.reduced_motion is None
    assert settings.delimiter == ":"
    assert settings.recent_files == []
    assert settings.bookmarks == []


@pytest.mark.parametrize(
    "damaged",
    [
        '{\\"location\\": 1, \\"workspace\\": \\"b\\", \\"user\\": null, \\"key\\": null}',
        '{\\"location\\": \\"a\\", \\"workspace\\": \\"b\\", \\"user\\": 1, \\"key\\": null}',
    ],
)
def test_a_bookmark_of_the_wrong_types_is_left_out(path, damaged):
    path.write_text(f'[bookmarks]\nplaces="[{damaged}]"\n', encoding="utf-8")
    assert Settings(path).bookmarks == []


def test_a_place_that_cannot_be_written_is_no_reason_to_stop(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    settings = Settings(tmp_path / "file" / "inspector.ini")
    settings.theme = Choice.DARK
    assert not settings.sync()
    assert settings.theme is Choice.DARK


def test_without_a_path_the_persons_own_file_is_meant():
    assert Settings().path.name == "inspector.ini"
    assert Settings().path.parent.name == "state-inspector"


def test_schema_files_are_remembered_in_order(path):
    settings = Settings(path)
    files = [SchemaFile("settings_*", "/home/ann/a, b.json"), SchemaFile("ü", "relative.json")]
    settings.schema_files = files
    assert kept_and_read_again(settings).schema_files == files


def test_a_damaged_list_of_schema_files_loses_only_what_is_damaged(path):
    kept = json.dumps([{"pattern": 1, "path": "x"}, 7, {"pattern": "a", "path": "b"}, {"pattern": "a"}])
    QSettings(str(path), QSettings.Format.IniFormat).setValue("schemas/files", kept)
    assert Settings(path).schema_files == [SchemaFile("a", "b")]


def test_each_storage_has_its_own_delimiter_and_the_oldest_choices_are_forgotten(tmp_path):
    settings = Settings(tmp_path / "settings.ini")
    assert settings.delimiter_of("a.db") is None
    settings.set_delimiter_of("a.db", "/")
    settings.set_delimiter_of("b.db", "")
    settings.set_delimiter_of("a.db", ".")
    again = Settings(tmp_path / "settings.ini")
    assert (again.delimiter_of("a.db"), again.delimiter_of("b.db")) == (".", "")
    for number in range(MOST_DELIMITERS):
        settings.set_delimiter_of(f"{number}.db", ":")
    assert settings.delimiter_of("a.db") is None
    assert settings.delimiter_of("0.db") == ":"


@pytest.mark.parametrize("damaged", ["{", "7", '[["a.db"]]', '[["a.db", 7]]', '[["a.db", "xx"]]', "[7]"])
def test_damaged_delimiters_of_storages_read_as_none(tmp_path, damaged):
    settings = Settings(tmp_path / "settings.ini")
    settings._kept.setValue("tree/delimiters", damaged)
    assert settings.delimiter_of("a.db") is None
