"""`python -m evalflow`: the command line."""

from evalflow.cli import main

main()
