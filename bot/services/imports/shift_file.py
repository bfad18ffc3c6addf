"""A file of shifts is told by what is in it, whatever it is called: a calendar, an Excel file, or CSV."""

from bot.services.imports.case_table import ZIP
from bot.services.imports.csv_table import Table, read_table
from bot.services.imports.excel_table import read_excel
from bot.services.imports.shift_calendar import EventTable, is_calendar, read_calendar
from bot.services.imports.shift_lines import COLUMNS, OPTIONAL


def read_shift_file(data: bytes) -> Table | EventTable:
    """Read the shifts of a file; what is wrong with its form is in the answer."""
    if is_calendar(data):
        return read_calendar(data)
    read = read_excel if data.startswith(ZIP) else read_table
    return read(data, COLUMNS, OPTIONAL)
