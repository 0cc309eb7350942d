"""Spreadsheets that bring something in: read, looked at row by row, and only then written.

table     bytes → rows of text                                         pure
rows      rows → good ones, bad ones with sheet, row, column, reason   pure
blank     an empty workbook to fill in                                 pure
text      one line of text as people mean it                           pure

What may be brought in, and how it is written, say those who use this: people, declarations, figures of projects.
"""
