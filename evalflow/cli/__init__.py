"""The command line: thin commands, one module a subject; everything they do is somebody else's function."""

from evalflow.cli.main import main

__all__ = ["main"]
