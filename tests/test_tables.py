"""CSV files of somebody else's: read like csv.reader, written with every other byte as it was."""

import csv
import io
from pathlib import Path

import pytest

from autograder.gradebook.tables import TableError, read_table

ROWS = 'Student,ID,"a ""b"", c"\r\n"Doe, Jane",1,\r\n\r\n,,\r\n"two\r\nlines",2,"x"y\r\nlast,"3",'


def written(folder: Path, data: bytes) -> Path:
    path = folder / "file.csv"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("text", [ROWS, ROWS + "\r\n", ROWS.replace("\r\n", "\n"), "a,b\r1,2\r", "a\n", '"a"'])
def test_the_cells_of_csv_reader(tmp_path: Path, text: str) -> None:
    table = read_table(written(tmp_path, text.encode()))
    wanted = [row for row in csv.reader(io.StringIO(text, newline="")) if any(row)]
    assert [[cell.text for cell in row.cells] for row in table.rows] == wanted
    assert table.with_cells({}) == text.encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_only_the_cells_that_change_change(tmp_path: Path, encoding: str, mark: str) -> None:
    text = f'Nämé{mark}"Grade"{mark}x\r\n"Dö{mark}e"{mark}"1"{mark}\r\n\r\nü{mark}{mark}" "\r\n'
    data = text.encode(encoding)
    table = read_table(written(tmp_path, data))
    assert table.delimiter == mark and table.head == ["Nämé", "Grade", "x"]
    new = text.replace('"1"', '"2.50"').replace(f"ü{mark}{mark}", f"ü{mark}7{mark}")
    assert table.with_cells({(2, 1): "7", (1, 1): "2.50"}) == new.encode(encoding)
    assert table.with_cells({}) == data


def test_a_cell_is_quoted_where_it_must_be(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b"a,b\n1,2\n"))
    assert table.with_cells({(1, 1): "2,5"}) == b'a,b\n1,"2,5"\n'
    assert table.with_cells({(1, 0): 'say "x"'}) == b'a,b\n"say ""x""",2\n'


def test_lines_are_counted_as_an_editor_does(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b'a\r\n\r\n"x\r\ny"\r\nz\r\n'))
    assert [row.line for row in table.rows] == [1, 3, 5]


def test_bytes_that_are_no_text_stay(tmp_path: Path) -> None:
    data = b"a,b\n\x81\xff,1\n"
    assert read_table(written(tmp_path, data)).with_cells({(1, 1): "2"}) == b"a,b\n\x81\xff,2\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04", "file.csv is a spreadsheet, not a CSV file"),
        (b"", "file.csv is empty"),
        (b"\r\n \r\n", "file.csv is empty"),
        (b'a\n1\n"b\nc\n', "file.csv, line 3: a quote is opened and never closed"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(TableError, match=said):
        read_table(written(tmp_path, data))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        read_table(tmp_path / "none.csv")
