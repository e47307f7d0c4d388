"""nbgrader's settings for this course; its root is this folder. The exchange stays where nbgrader has it."""

from autograder.nbgrader_plugin import GENERATE

c = get_config()  # noqa: F821  (nbgrader runs this file with it)

c.CourseDirectory.course_id = "deep-learning"
c.GenerateAssignment.preprocessors = GENERATE
