"""Spreadsheets that bring something in: read, looked at row by row, and only then written.

bounded   bytes → book, by a process of its own            runs `reading`
reading   that process: which kind of file, within limits
xlsx, ods, xls, delimited   the kinds; archive: the parts of the first two; shown: a number and its format as text
sheets    what was read                                    pure
table     sheets → rows of named columns                   pure
rows      rows → good ones, bad ones with their reasons    pure
blank     workbooks to fill in, or to correct              pure
text      text as people mean it                           pure

What may be brought in, and how it is written, say those who use this: people, declarations, figures of projects.
"""
