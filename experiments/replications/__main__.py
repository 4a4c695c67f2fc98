"""`python -m experiments.replications`."""

from experiments.replications.run import main

main()
