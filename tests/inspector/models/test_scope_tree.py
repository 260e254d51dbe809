"""The model of the tree of scopes: what it shows of the counts that it is handed, and how rows keep their places."""

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt

from inspector.models.scope_rows import LOADED_AT_MOST, RowKind
from inspector.models.scope_tree import COUNT, ScopeTreeModel
from storage_core import Scope
from storage_core.browse import Group

ACME, ANN, BOB, CY = Scope("acme"), Scope("acme", "ann"), Scope("acme", "bob"), Scope("beta", "cy")
COUNTS = {ACME: 1_214, ANN: 31, BOB: 7, CY: 1}
GROUPS = [Group("cache:", "cache", 40), Group("session:", "session", 2)]


@pytest.fixture
def model(qapp) -> ScopeTreeModel:
    model = ScopeTreeModel()
    model.set_counts(COUNTS)
    return model


def outline(model: ScopeTreeModel, parent: QModelIndex | None = None, depth: int = 0) -> list[str]:
    """All rows, each indented below the one that it belongs to."""
    above = parent if parent is not None else QModelIndex()
    lines: list[str] = []
    for row in range(model.rowCount(above)):
        index = model.index(row, 0, above)
        count = model.index(row, COUNT, above).data()
        lines.append(f"{'  ' * depth}{index.data()} {count or ''}".rstrip())
        lines += outline(model, index, depth + 1)
    return lines


def watched(model: ScopeTreeModel) -> list[tuple[str, str, int, int]]:
    """What happens to rows from now on: what, below which row, from where to where."""
    happened: list[tuple[str, str, int, int]] = []

    def note(what: str):
        return lambda parent, first, last: happened.append((what, parent.data() or "", first, last))

    model.rowsInserted.connect(note("inserted"))
    model.rowsRemoved.connect(note("removed"))
    model.modelReset.connect(lambda: happened.append(("reset", "", 0, 0)))
    model.dataChanged.connect(lambda first, last: happened.append(("changed", first.data(), 0, 0)))
    return happened


def test_the_model_keeps_qts_rules_while_rows_come_and_go(model, qtmodeltester):
    qtmodeltester.check(model)
    model.set_groups(ACME, "", GROUPS, complete=False)
    model.update_counts({BOB: 0, Scope("beta"): 1, Scope("gamma", "dee"): 2})
    model.set_filter("a")
    model.set_filter("")
    model.set_groups(ACME, "cache:", [], complete=True)
    model.set_groups(ACME, "", GROUPS[1:], complete=True)
    model.set_delimiter("/")
    qtmodeltester.check(model)


def test_workspaces_hold_shared_and_users_each_with_its_count(model):
    assert outline(model) == ["acme 1,252", "  Shared 1,214", "  ann 31", "  bob 7", "beta 1", "  cy 1"]


def test_every_row_knows_its_place_and_every_place_its_row(model):
    model.set_groups(ANN, "", GROUPS, complete=True)
    for place in ((ACME, ""), (ANN, ""), (ANN, "cache:"), (CY, "")):
        assert model.place(model.index_of(*place)) == place
    workspace = model.workspace_index("acme")
    assert model.place(workspace) is None
    assert model.scope(workspace) == ACME
    assert model.kind(workspace) is RowKind.WORKSPACE
    assert not model.index_of(Scope("acme", "nobody")).isValid()
    assert not model.workspace_index("nowhere").isValid()


def test_counts_stand_at_the_right_and_each_row_says_itself_in_words(model):
    ann = model.index_of(ANN)
    right = model.index(ann.row(), COUNT, ann.parent()).data(Qt.ItemDataRole.TextAlignmentRole)
    assert Qt.AlignmentFlag(right) & Qt.AlignmentFlag.AlignRight
    assert ann.data(Qt.ItemDataRole.AccessibleTextRole) == "ann, user, 31 keys"
    assert model.index_of(CY).data(Qt.ItemDataRole.AccessibleTextRole) == "cy, user, 1 key"
    assert "31 keys" in ann.data(Qt.ItemDataRole.ToolTipRole)


def test_each_kind_of_row_has_its_icon(model):
    model.set_groups(ACME, "", GROUPS, complete=True)
    rows = (
        model.workspace_index("acme"),
        model.index_of(ACME),
        model.index_of(ANN),
        model.index_of(ACME, "cache:"),
    )
    icons = [index.data(Qt.ItemDataRole.DecorationRole) for index in rows]
    pictures = [icon.pixmap(16).toImage() for icon in icons]
    assert all(pictures[a] != pictures[b] for a in range(4) for b in range(a))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (" lead and trail ", "␣lead and trail␣"),
        ("line\nbreak", "line\\nbreak"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("<img src=x>", "<img src=x>"),
        ("x" * 256, "x" * 256),
    ],
)
def test_odd_names_are_seen_as_what_they_are(model, name, shown):
    model.set_counts({Scope(name, name): 1})
    model.set_groups(Scope(name, name), "", [Group(f"{name}:", name, 1)], complete=True)
    assert outline(model) == [f"{shown} 1", f"  {shown} 1", f"    {shown} 1"]
    tooltip = model.workspace_index(name).data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tooltip


def test_a_group_without_a_name_and_one_within_it_keep_their_places(model):
    model.set_counts({ANN: 3})
    model.set_groups(ANN, "", [Group(":", "", 2), Group("a:", "a", 1)], complete=True)
    model.set_groups(ANN, ":", [Group("::", "", 1)], complete=True)
    assert outline(model) == ["acme 3", "  ann 3", "    (empty) 2", "      (empty) 1", "    a 1"]


def test_a_count_that_changes_changes_its_rows_and_no_others(model):
    happened = watched(model)
    model.update_counts({ANN: 32})
    assert outline(model)[:3] == ["acme 1,253", "  Shared 1,214", "  ann 32"]
    assert happened == [("changed", "acme", 0, 0), ("changed", "ann", 0, 0)]


def test_a_new_scope_comes_to_its_place_and_one_without_keys_goes_without_a_reset(model):
    bob = QPersistentModelIndex(model.index_of(BOB))
    happened = watched(model)
    model.update_counts({Scope("acme", "ayo"): 5, ANN: 0, Scope("adam"): 1, CY: 0})
    assert outline(model) == ["acme 1,226", "  Shared 1,214", "  ayo 5", "  bob 7", "adam 1", "  Shared 1"]
    assert bob.data() == "bob"
    assert {what for what, *_ in happened} == {"inserted", "removed", "changed"}


def test_rows_that_stay_are_not_touched_by_the_same_counts(model):
    happened = watched(model)
    model.set_counts(COUNTS)
    assert happened == []


def test_neighbours_come_and_go_in_one_step(model):
    happened = watched(model)
    model.update_counts({Scope("beta", f"dee{number}"): 1 for number in range(50)})
    assert ("inserted", "beta", 1, 50) in happened
    happened.clear()
    model.update_counts({Scope("beta", f"dee{number}"): 0 for number in range(50)})
    assert ("removed", "beta", 1, 50) in happened


def test_where_the_person_is_stays_when_its_last_key_goes(model):
    model.keep((CY, ""))
    model.update_counts({CY: 0})
    assert outline(model)[-2:] == ["beta 0", "  cy 0"]
    model.keep((ANN, ""))
    assert outline(model)[-1] == "  bob 7"


def test_the_group_in_which_the_person_is_stays_when_its_last_key_goes(model):
    model.set_counts({ANN: 5})
    model.keep((ANN, "cache:page:"))
    model.set_groups(ANN, "", [Group("session:", "session", 2)], complete=True)
    model.set_groups(ANN, "cache:", [], complete=True)
    assert outline(model) == ["acme 5", "  ann 5", "    cache 0", "      page 0", "    session 2"]


def test_groups_are_wanted_once_when_somebody_looks(model):
    wanted: list[tuple[Scope, str]] = []
    model.groups_wanted.connect(lambda scope, prefix: wanted.append((scope, prefix)))
    ann = model.index_of(ANN)
    assert model.hasChildren(ann)
    assert model.canFetchMore(ann)
    model.fetchMore(ann)
    model.fetchMore(ann)
    assert wanted == [(ANN, "")]
    assert not model.canFetchMore(ann)


def test_a_scope_without_groups_has_nothing_below_it_once_that_is_known(model):
    model.expect_groups(ANN, "")
    model.set_groups(ANN, "", [], complete=True)
    assert not model.hasChildren(model.index_of(ANN))
    assert not model.wants_groups(model.index_of(ANN))


def test_a_key_that_changes_makes_the_groups_around_it_outdated_but_leaves_them(model):
    model.set_groups(ANN, "", GROUPS, complete=True)
    model.set_groups(ANN, "cache:", [Group("cache:page:", "page", 4)], complete=True)
    model.set_groups(ANN, "session:", [], complete=True)
    for prefix in ("", "cache:", "session:"):
        model.expect_groups(ANN, prefix)
    before = outline(model)
    model.doubt_groups(ANN, "cache:page:007")
    assert [model.wants_groups(model.index_of(ANN, prefix)) for prefix in ("", "cache:", "session:")] == [
        True,
        True,
        False,
    ]
    assert outline(model) == before


def test_what_changes_while_groups_are_on_their_way_is_asked_for_once_more(model):
    model.expect_groups(ANN, "")
    model.doubt_groups(ANN, "cache:page:007")
    model.set_groups(ANN, "", GROUPS, complete=True)
    assert model.wants_groups(model.index_of(ANN))


def test_workspaces_have_no_groups_to_bring(model):
    model.doubt_all_groups()
    assert not model.wants_groups(model.workspace_index("acme"))
    assert model.wants_groups(model.index_of(ANN))


def test_what_has_gone_has_no_row_and_groups_that_come_for_it_are_left(model):
    model.set_groups(ANN, "", GROUPS, complete=True)
    model.update_counts({ANN: 0, CY: 0})
    for place in ((ANN, ""), (ANN, "cache:"), (CY, "")):
        model.expect_groups(*place)
        model.set_groups(*place, GROUPS, complete=True)
        assert not model.index_of(*place).isValid()
    assert not model.workspace_index("beta").isValid()
    assert outline(model) == ["acme 1,221", "  Shared 1,214", "  bob 7"]


def test_another_delimiter_forgets_the_groups_and_none_has_none(model):
    for scope, groups in ((ANN, GROUPS), (BOB, [])):
        model.expect_groups(scope, "")
        model.set_groups(scope, "", groups, complete=True)
    model.set_delimiter("/")
    assert outline(model)[2:4] == ["  ann 31", "  bob 7"]
    for scope in (ANN, BOB):
        assert model.hasChildren(model.index_of(scope))
        assert model.canFetchMore(model.index_of(scope))
    model.set_delimiter("")
    assert not model.hasChildren(model.index_of(ANN))
    assert not model.canFetchMore(model.index_of(ANN))


def test_of_many_users_the_first_are_shown_and_the_others_counted(model):
    model.set_counts({Scope("w", f"u{number:05}"): 1 for number in range(LOADED_AT_MOST + 300)})
    workspace = model.workspace_index("w")
    assert model.rowCount(workspace) == LOADED_AT_MOST + 1
    last = model.index(LOADED_AT_MOST, 0, workspace)
    assert (last.data(), model.kind(last), model.place(last)) == ("300 more…", RowKind.MORE, None)
    assert model.index(LOADED_AT_MOST, COUNT, workspace).data() is None
    assert last.data(Qt.ItemDataRole.AccessibleTextRole) == "300 more…, Filter scopes to see them"
    assert not model.hasChildren(last)


def test_of_groups_that_are_not_all_there_it_says_that_there_are_more(model):
    model.set_groups(ANN, "", GROUPS, complete=False)
    assert outline(model)[3:6] == ["    cache 40", "    session 2", "    more…"]
    more = model.index(2, 0, model.index_of(ANN))
    assert more.data(Qt.ItemDataRole.AccessibleTextRole) == "more…, Filter keys to see them"


def test_the_group_in_which_the_person_is_is_shown_also_beyond_the_first(model):
    groups = [Group(f"g{number:05}:", f"g{number:05}", 1) for number in range(LOADED_AT_MOST + 9)]
    model.keep((ANN, "g02007:"))
    model.set_groups(ANN, "", groups, complete=False)
    assert model.rowCount(model.index_of(ANN)) == LOADED_AT_MOST + 1
    assert model.count(model.index_of(ANN, "g02007:")) == 1


def test_the_filter_leaves_what_has_its_text_and_says_who_is_there_for_users(model):
    model.set_filter("bo")
    assert outline(model) == ["acme 1,252", "  bob 7"]
    assert model.is_there_for_users(model.workspace_index("acme"))
    assert model.first_match() == BOB
    model.set_filter("ACM")
    assert outline(model) == ["acme 1,252", "  Shared 1,214", "  ann 31", "  bob 7"]
    assert not model.is_there_for_users(model.workspace_index("acme"))
    assert model.first_match() == ACME
    model.set_filter("nobody")
    assert outline(model) == []
    assert model.first_match() is None
    assert model.first_scope() == ACME
