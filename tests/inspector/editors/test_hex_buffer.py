"""The buffer behind the hex editor, against a plain bytearray."""

from hypothesis import given
from hypothesis import strategies as st

from inspector.editors.hex_buffer import HexBuffer

EDITS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 12), st.binary(max_size=12), st.booleans()), max_size=25
)


def applied(data, edits):
    """A buffer with the edits, and every state that it went through as plain bytes."""
    buffer, states = HexBuffer(data), [data]
    for offset, size, added, merge in edits:
        buffer.replace(offset, size, added, merge=merge)
        plain = bytearray(states[-1])
        plain[offset : offset + size] = added
        states.append(bytes(plain))
    return buffer, states


@given(st.binary(max_size=30), EDITS)
def test_edits_do_what_they_would_do_to_plain_bytes(data, edits):
    buffer, states = applied(data, edits)
    assert buffer.read(0, len(buffer)) == states[-1]
    assert len(buffer) == len(states[-1])


@given(st.binary(max_size=30), EDITS, st.integers(0, 40), st.integers(0, 40))
def test_any_part_can_be_read(data, edits, offset, size):
    buffer, states = applied(data, edits)
    assert buffer.read(offset, size) == states[-1][offset : offset + size]


@given(st.binary(max_size=30), EDITS)
def test_undo_goes_back_through_former_states_to_the_very_original_and_redo_forth(data, edits):
    buffer, states = applied(data, edits)
    while buffer.can_undo():
        buffer.undo()
        assert buffer.read(0, len(buffer)) in states
    assert buffer.data() is data
    assert not buffer.is_modified()
    while buffer.can_redo():
        buffer.redo()
    assert buffer.data() == states[-1]


def test_bytes_typed_one_after_the_other_are_one_edit():
    buffer = HexBuffer(b"abcdef")
    for offset, byte in ((1, b"\x40"), (1, b"\x41"), (2, b"\x42")):
        buffer.replace(offset, 1, byte, merge=True)
    assert buffer.data() == b"aABdef"
    buffer.undo()
    assert buffer.data() == b"abcdef"
    buffer.redo()
    assert buffer.data() == b"aABdef"


def test_an_edit_elsewhere_is_one_of_its_own():
    buffer = HexBuffer(b"abcdef")
    buffer.replace(0, 1, b"A", merge=True)
    buffer.replace(3, 1, b"D", merge=True)
    buffer.undo()
    assert buffer.data() == b"Abcdef"


def test_a_byte_typed_in_front_of_deleted_ones_is_an_edit_of_its_own():
    buffer = HexBuffer(b"ABCDE")
    buffer.replace(2, 1, b"")
    buffer.replace(1, 1, b"x", merge=True)
    buffer.undo()
    assert buffer.read(0, len(buffer)) == b"ABDE"
    buffer.undo()
    assert buffer.read(0, len(buffer)) == b"ABCDE"


def test_a_new_edit_forgets_what_was_taken_back():
    buffer = HexBuffer(b"abc")
    buffer.replace(0, 1, b"x")
    buffer.undo()
    buffer.replace(1, 1, b"y")
    assert not buffer.can_redo()
    assert buffer.redo() is None
    assert buffer.data() == b"ayc"


def test_an_edit_that_changes_nothing_is_none():
    buffer = HexBuffer(b"abc")
    buffer.replace(3, 5, b"")
    assert not buffer.is_modified()
    assert buffer.undo() is None


def test_50_mb_are_not_copied_by_an_edit():
    data = bytes(50 * 1024 * 1024)
    buffer = HexBuffer(data)
    for offset in range(0, 20_000_000, 100_000):
        buffer.replace(offset, 0, b"x")
    assert all(piece.source is data or piece.length == 1 for piece in buffer._pieces)
    assert len(buffer) == len(data) + 200
