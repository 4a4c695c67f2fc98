"""Why two branches differ: knock-outs, shares of channels, direct and indirect effects."""
