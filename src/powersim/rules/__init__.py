"""The literature's equations, one file a mechanism: numbers and small arrays in, numbers out, no state, no luck.

Randomness enters as an argument ``u`` in [0, 1). Letters are those of the model's description.
"""
