"""`python -m powersim` is the command line."""

from powersim.cli import main

main()
