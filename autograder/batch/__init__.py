"""A class of submissions, graded in parallel."""
