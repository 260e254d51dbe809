"""Where bytes stand in a hex view, and which byte is at a place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.editors.hex_layout import ROWS, HexLayout

ADVANCES = st.floats(5, 30)
WIDTHS = st.floats(0, 2000)


@given(ADVANCES, WIDTHS, st.data())
def test_a_byte_is_found_where_it_stands(advance, width, data):
    layout = HexLayout.for_size(1000, advance, 20, width)
    column = data.draw(st.integers(0, layout.row - 1))
    assert layout.column_at(layout.hex_x(column) + round(advance)) == (column, False)
    assert layout.column_at(layout.text_x(column) + round(advance / 2)) == (column, True)


@given(ADVANCES, WIDTHS, st.integers(-100, 5000))
def test_every_place_belongs_to_a_byte_of_the_row(advance, width, x):
    layout = HexLayout.for_size(1000, advance, 20, width)
    column, _ = layout.column_at(x)
    assert 0 <= column < layout.row


@given(ADVANCES, WIDTHS)
def test_a_row_is_as_long_as_there_is_room_for(advance, width):
    layout = HexLayout.for_size(1000, advance, 20, width)
    assert layout.width <= width or layout.row == ROWS[-1]
    longer = [row for row in ROWS if row > layout.row]
    assert all(HexLayout(layout.digits, advance, 20, row).width > width for row in longer)


@pytest.mark.parametrize(("size", "digits"), [(0, 8), (50_000_000, 8), (0x1_0000_0000, 9)])
def test_offsets_have_the_figures_that_the_size_needs(size, digits):
    assert HexLayout.for_size(size, 8, 20, 1000).digits == digits
