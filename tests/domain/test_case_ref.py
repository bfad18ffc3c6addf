"""A case stands as its reference: one way to write it, and never a personnummer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.case_ref import MOST, clean_ref, problem_with_ref


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" k-123 ", "K-123"),
        ("K–123", "K-123"),
        ("K - 123", "K-123"),
        ("K--123", "K-123"),
        ("k\N{NON-BREAKING HYPHEN}123", "K-123"),
        ("k\N{SOFT HYPHEN}-123\N{ZERO WIDTH SPACE}", "K-123"),
        ("a\N{COMBINING RING ABOVE}-7", "Å-7"),
        ("dnr.2026/114", "DNR.2026/114"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER K}\N{FULLWIDTH DIGIT ONE}", "K1"),
    ],
)
def test_one_case_is_written_one_way(written: str, kept: str) -> None:
    assert clean_ref(written) == kept
    assert problem_with_ref(written) is None


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("", "case_ref_empty"),
        (" \t\N{NO-BREAK SPACE}", "case_ref_empty"),
        ("NOVA", "case_ref_form"),  # a name
        ("Nova 7", "case_ref_form"),
        ("-7", "case_ref_form"),
        ("=7", "case_ref_form"),  # nothing that a spreadsheet could take for a formula
        ("K_7", "case_ref_form"),
        ("K7\n", None),
        ("K\n7", "case_ref_form"),
        ("1" * MOST, None),
        ("1" * (MOST + 1), "case_ref_form"),
        ("K\N{ARABIC-INDIC DIGIT ONE}", "case_ref_form"),
    ],
)
def test_what_is_no_reference_is_told_why(written: str, problem: str | None) -> None:
    assert problem_with_ref(written) == problem


@pytest.mark.parametrize(
    "written",
    [
        "20121212-1212",
        "121212-1212",
        "1212121212",
        "K-121212-1212",
        "121212/1212",
        "2012.12.12.1212",
        "20121212–1212",
        "0703102392",  # born 2007: no phone number stands here
        "121212 1212",
        "20120304-1234",  # mistyped: the check digit is wrong
        "K-120364-1234",  # a samordningsnummer, the same
    ],
)
def test_a_personnummer_is_no_reference(written: str) -> None:
    assert problem_with_ref(written) == "case_ref_personnummer"


@pytest.mark.parametrize("written", ["2026-11-20", "2026/1120-1", "20261120-1", "12345678901234", "K-2026-0114"])
def test_a_day_or_a_serial_number_is_none(written: str) -> None:
    assert problem_with_ref(written) is None


@given(st.text(max_size=40))
def test_cleaning_twice_changes_nothing_and_what_is_kept_is_plain(text: str) -> None:
    ref = clean_ref(text)

    assert clean_ref(ref) == ref
    assert clean_ref(text.lower()) == clean_ref(text.upper()) or not text.isascii()
    if problem_with_ref(text) is None:
        assert 1 <= len(ref) <= MOST
        assert ref[0].isalnum()
        assert ref.isprintable()
        assert " " not in ref
