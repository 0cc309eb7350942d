"""How much of a file that somebody sends is read at most. Beyond any of these it is refused with a sentence."""

MAX_BYTES = 5 * 1024 * 1024  # of the file as it is sent
MAX_UNPACKED = 100 * 1024 * 1024  # of the parts of a workbook that are read, unpacked
MAX_ELEMENTS = 2_000_000  # of all parts that are read together
MAX_SMALL = 300_000  # of a part that is kept whole, such as the list of styles
MAX_DEPTH = 60  # elements within each other
MAX_ROWS = 20_000  # with something in them, below the headings
MAX_ROW = 2 * MAX_ROWS  # the number of the last row that has something in it
MAX_COLUMNS = 60  # those to the right of them are not looked at
MAX_SHEETS = 50
MAX_MERGED = 20_000
MAX_TEXT = 8_000_000  # characters of all cells together
SECONDS = 10  # of processor time for one file
PATIENCE = 20  # seconds by the clock for one file
MEMORY = 512 * 1024 * 1024  # address space of the process that reads it
AT_ONCE = 2  # files read at once by one process that serves pages
WAITING = 2  # and so many wait for one of them
