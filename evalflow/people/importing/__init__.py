"""Branches and people from a spreadsheet: read, looked at, and only then written.

preview   rows → good ones, bad ones with reasons    pure
template  an empty workbook to fill in               pure
commands  what is known already; writing the good rows, all of them or none
"""
