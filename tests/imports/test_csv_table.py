import pytest

from bot.services.imports.csv_table import clean, fold, read_table
from bot.texts import import_words as words

COLUMNS = ("epost", "nämnd")


@pytest.mark.parametrize(
    "data",
    [
        "epost;nämnd\na@b.se;norrvik\n".encode(),
        "epost,nämnd\na@b.se,norrvik\n".encode(),
        "epost\tnämnd\na@b.se\tnorrvik\n".encode(),
        "\ufeffepost;nämnd\r\na@b.se;norrvik\r\n".encode(),
        " EPost ; Nämnd \n  a@b.se ; norrvik\u00a0\n".encode(),
        "nämnd;epost\nnorrvik;a@b.se\n".encode(),
        "epost;na\u0308mnd\na@b.se;norrvik".encode(),
        b"namnd;epost;;\nnorrvik;a@b.se;;\n",
        '"epost";"nämnd"\n"a@b.se";"norrvik"\n'.encode(),
    ],
    ids=["semicolon", "comma", "tab", "bom", "space", "order", "decomposed", "empty columns", "quotes"],
)
def test_however_it_is_saved_it_is_one_row(data: bytes) -> None:
    read = read_table(data, COLUMNS)

    assert read.problems == ()
    assert [(row.line, dict(row.cells)) for row in read.rows] == [(2, {"epost": "a@b.se", "nämnd": "norrvik"})]


def test_line_numbers_are_those_of_the_file() -> None:
    data = 'sep=;\nepost;nämnd\n\na@b.se;norrvik\n"b\nc";norrvik\n;;\nd@b.se;norrvik\n'.encode()

    read = read_table(data, COLUMNS)

    assert [row.line for row in read.rows] == [4, 5, 8]


@pytest.mark.parametrize(
    ("data", "line", "text"),
    [
        ("epost;nämnd\na@b.se;norrvik\nö@b.se;x".encode("latin-1"), 1, words.NOT_UTF8),
        (b"epost;namnd\na@b.se;norrvik\n\xf6@b.se;x", 3, words.NOT_UTF8),
        ("epost;nämnd\n".encode("utf-16"), 1, words.UTF16),
        (b"PK\x03\x04\n\0\0", 2, words.NOT_TEXT),
        (b"", 1, words.EMPTY_FILE.format(columns="epost; nämnd")),
        ("\ufeff\n \n".encode(), 1, words.EMPTY_FILE.format(columns="epost; nämnd")),
        ("epost;nämnd\n".encode(), 1, words.NO_ROWS),
        ('epost;nämnd\n"a@b.se;norrvik\n'.encode(), 2, words.BAD_QUOTES),
        (b"epost;namnd\na@b.se\n", 2, words.TOO_FEW.format(found=1, wanted=2)),
        (b"epost;namnd\na@b.se;norrvik;x\n", 2, words.TOO_FEW.format(found=3, wanted=2)),
        (b"epost\na@b.se\n", 1, words.HEADER_MISSING.format(missing="nämnd", columns="epost; nämnd")),
        (b"epost;namnd;lon\na@b.se;norrvik;1\n", 1, words.HEADER_UNKNOWN.format(place=3)),
        (b"epost;namnd;epost\na@b.se;norrvik;1\n", 1, words.HEADER_TWICE),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(data: bytes, line: int, text: str) -> None:
    problems = read_table(data, COLUMNS).problems

    assert [(problem.line, problem.text) for problem in problems] == [(line, text)]


def test_all_bad_rows_are_told_and_the_good_ones_are_read() -> None:
    read = read_table(b"epost;namnd\na\nb@b.se;norrvik\nc\n", COLUMNS)

    assert [problem.line for problem in read.problems] == [2, 4]
    assert [row.line for row in read.rows] == [3]


def test_a_file_without_a_header_does_not_quote_what_it_holds() -> None:
    problems = read_table(b"Nova Lindgren;070-174 06 05\n", COLUMNS).problems

    assert problems
    assert "Nova" not in str(problems)
    assert "174" not in str(problems)


def test_words_are_compared_without_case_accents_and_dashes() -> None:
    assert fold(" Vårdnadshavare  ") == fold("VARDNADSHAVARE")
    assert fold("12–14") == "12-14"
    assert clean(" a\u00a0 b ") == "a b"
