"""A course run with nbgrader: what of ours stands in its pipeline, and what goes before it."""
