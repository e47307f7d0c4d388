"""Renderers of the result record of `report.py`."""
