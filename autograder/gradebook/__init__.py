"""What a course keeps beside the grading: rules for late work, the roster, and ways out of nbgrader's gradebook."""
