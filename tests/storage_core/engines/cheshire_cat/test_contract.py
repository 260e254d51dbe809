"""The contract of a storage on either facade, held by a Cheshire Cat's database wherever it can hold it.

The tests are those of the native engine which need no bytes, no lifetimes, and no users but by UUID.
"""

from pathlib import Path
from types import ModuleType

import pytest

from tests.foreign.cat_store import CatStore
from tests.storage_core import (
    test_backup_contract,
    test_changes_contract,
    test_listing_contract,
    test_many_contract,
    test_revisions_contract,
    test_storage_contract,
    test_store_contract,
    test_values_contract,
)
from tests.storage_core.engines.cheshire_cat.cats import running_cat
from tests.storage_core.test_changes_contract import watched

__all__ = ["running_cat", "watched"]  # fixtures

HELD: dict[ModuleType, list[str]] = {
    test_store_contract: [
        "test_get_gives_none_where_the_key_is_not_set",
        "test_save_returns_the_value_it_was_given",
        "test_load_gives_the_default_where_the_key_is_not_set",
        "test_a_stored_none_is_not_a_missing_key",
        "test_reading_json_with_a_verb_for_bytes_raises_kind_error",
        "test_delete_and_exists_tell_whether_there_was_something",
        "test_load_text_gives_the_json_text_as_it_was_saved",
        "test_load_text_gives_the_compact_text_of_what_save_wrote",
        "test_update_saves_what_change_makes_of_the_value_and_returns_it",
        "test_update_starts_from_a_copy_of_the_default",
        "test_update_gives_change_none_where_there_is_neither_value_nor_default",
        "test_an_update_whose_change_raises_writes_nothing",
        "test_update_runs_change_again_when_another_writer_was_quicker",
        "test_rename_of_a_missing_key_raises_key_not_found_error",
        "test_move_of_a_missing_key_raises_key_not_found_error",
        "test_a_uuid_is_accepted_as_a_user_and_becomes_its_text",
    ],
    test_many_contract: [
        "test_save_many_saves_each_value_with_a_revision_of_its_own",
        "test_nothing_among_many_is_nothing",
        "test_keys_may_come_from_any_iterable_and_are_read_once",
        "test_ten_thousand_at_once",
    ],
    test_listing_contract: [
        "test_keys_are_sorted_by_code_point",
        "test_a_prefix_is_taken_literally",
        "test_clear_takes_its_prefix_literally_too",
        "test_after_is_exclusive_and_need_not_be_a_key",
        "test_limit_is_counted_after_prefix_and_after",
        "test_a_limit_must_be_a_number_of_items",
        "test_a_listing_of_any_length_is_complete",
    ],
    test_revisions_contract: [
        "test_if_revision_must_be_a_revision",
        "test_a_conflict_over_a_taken_place_differs_from_one_over_the_revision",
    ],
    test_changes_contract: [
        "test_changes_start_after_the_revision_given",
        "test_the_revision_of_a_change_is_that_of_its_entry",
        "test_what_was_refused_or_changed_nothing_is_not_told",
        "test_more_changes_than_a_page_are_told_exactly_once",
        "test_since_must_be_a_revision",
        "test_a_watch_tells_what_is_written_from_now_on",
        "test_a_watch_from_a_revision_catches_up_and_goes_on_exactly_once",
        "test_close_ends_a_watch",
        "test_a_watch_of_a_read_only_storage_sees_the_writes_of_others",
    ],
    test_values_contract: [
        "test_objects_keep_the_order_of_their_keys",
        "test_tuples_become_lists_and_subclasses_what_json_has",
        "test_scalar_keys_become_strings_as_json_has_them",
        "test_what_json_cannot_say_is_refused_with_the_path_of_what_offends",
        "test_500_levels_are_stored_and_501_refused",
        "test_a_value_is_saved_and_loaded_from_deep_inside_the_callers_stack",
        "test_save_text_refuses_what_is_not_json",
        "test_save_text_says_where_the_json_is_broken",
        "test_json_is_encoded_at_the_call",
        "test_what_is_loaded_is_the_callers_own",
        "test_a_broken_mapping_of_values_is_refused",
    ],
    test_backup_contract: ["test_a_backup_refuses_a_target_that_is_there"],
    test_storage_contract: [
        "test_with_opens_and_closes",
        "test_closing_twice_does_no_harm",
        "test_every_use_after_close_raises_closed_error",
        "test_a_listing_that_was_begun_ends_with_closed_error_when_the_storage_is_closed",
        "test_a_read_only_storage_sees_what_others_write",
        "test_a_writer_waits_up_to_timeout_for_another_and_then_raises_busy_error",
    ],
}

for module, names in HELD.items():
    globals().update({name: getattr(module, name) for name in names})


@pytest.fixture
def location(tmp_path: Path, running_cat: CatStore) -> Path:
    """The database of a Cat whose project is called as the tests' workspace."""
    at = tmp_path / "acme" / "core.db"
    running_cat.make(at)
    return at
