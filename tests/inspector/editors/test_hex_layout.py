"""Where bytes stand in a hex view, and which byte is at a place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.editors.hex_layout import ROW, HexLayout

ADVANCES = st.floats(5, 30)


@given(ADVANCES, st.integers(0, ROW - 1))
def test_a_byte_is_found_where_it_stands(advance, column):
    layout = HexLayout.for_size(1000, advance, 20)
    assert layout.column_at(layout.hex_x(column) + round(advance)) == (column, False)
    assert layout.column_at(layout.text_x(column) + round(advance / 2)) == (column, True)


@given(ADVANCES, st.integers(-100, 5000))
def test_every_place_belongs_to_a_byte_of_the_row(advance, x):
    column, _ = HexLayout.for_size(1000, advance, 20).column_at(x)
    assert 0 <= column < ROW


@pytest.mark.parametrize(("size", "digits"), [(0, 8), (50_000_000, 8), (0x1_0000_0000, 9)])
def test_offsets_have_the_figures_that_the_size_needs(size, digits):
    assert HexLayout.for_size(size, 8, 20).digits == digits
