"""The face: a scenario with what is asked of it, and what comes back. `powersim.Study` and `powersim.Comparison`."""
