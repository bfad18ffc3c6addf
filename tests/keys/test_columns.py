"""A change of keys reaches everything that is sealed, and everything that is found by a keyed hash.

Fails when a table gets such a column that storage/sealed_columns.py does not name: rotation would forget it, and it
would be unreadable the day the old key is taken out.
"""

from sqlalchemy import LargeBinary

from storage.sealed_columns import FOUND_BY, PURPOSES
from storage.tables import Base

WITHOUT_KEY = {  # bytes that no encryption key has made, and why
    "encryption_key.check_value": "stays with its key for ever",
    "staff_pin.pin_hash": "a slow hash with a salt of its own",
    "reserve_link.token_hash": "a plain hash of what is random",
    "reserve_link.session_hash": "a plain hash of what is random",
    "calendar_feed.token_hash": "a plain hash of what is random",
    "phone_code.code_hash": "a slow hash with a salt of its own",
}
LANES = {  # text made with Vault.lane: it orders what waits for moments, and lapses with it
    "inbox.lane",
    "phone_code.number_key",
}


def columns(kind: type) -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, kind)
    }


def named() -> tuple[set[str], set[str]]:
    sealed = {f"{table}.{column}" for table, purposes in PURPOSES.items() for column in purposes}
    return sealed, {f"{table}.{found.column}" for table, found in FOUND_BY.items()}


def test_every_column_of_bytes_is_rotated_or_has_a_reason_not_to_be() -> None:
    sealed, hashes = named()

    assert sealed | hashes | WITHOUT_KEY.keys() == columns(LargeBinary)
    assert not (sealed | hashes) & WITHOUT_KEY.keys()


def test_every_hash_column_is_rotated_or_has_a_reason_not_to_be() -> None:
    _, hashes = named()
    called_so = {name for name in columns(object) if name.endswith(("_hash", "_key"))}

    plain = {"instance.settings_hash", "open_view.view_hash", "outbox.dedupe_key", "outbox.fold_key"}
    plain |= {"deadline.case_key", "legal_hold.case_key", "key_rotation.to_key"}
    assert called_so == hashes | plain | (WITHOUT_KEY.keys() - {"encryption_key.check_value"}) | (
        LANES - {"inbox.lane"}
    )


def test_what_a_hash_is_of_lies_sealed_beside_it() -> None:
    for table, found in FOUND_BY.items():
        assert PURPOSES[table][found.by] == found.purpose
