"""Steps from one released shape of the history to the next."""
