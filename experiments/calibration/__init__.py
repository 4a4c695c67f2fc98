"""Simulation-based calibration of worlds that are chosen by evidence."""
