"""Inspection: branches state what their indicators came to, and inspectors accept or correct every figure."""
