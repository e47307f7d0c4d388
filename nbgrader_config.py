"""nbgrader's settings for this course; its root is this folder. The exchange stays where nbgrader has it."""

import os
from pathlib import Path

from nbgrader.converters import GenerateFeedback

from autograder.gradebook.collect import CollectByRule
from autograder.gradebook.export import CourseExport
from autograder.gradebook.penalties import with_lateness
from autograder.gradebook.store import check_rules
from autograder.nbgrader.exchange import LmsFiles, LmsNames, ReleaseFeedback
from autograder.nbgrader.judge import HandedInExporter, before
from autograder.nbgrader.settings import AUTOGRADE, GENERATE, SANITIZE

c = get_config()  # noqa: F821  (nbgrader runs this file with it)

c.CourseDirectory.course_id = "deep-learning"
c.GenerateAssignment.preprocessors = GENERATE

# What students handed in runs behind walls. "container": the container around this machine is the wall; "off": there is
# none, and students' code can do what you can. The environment comes first.
os.environ.setdefault("AUTOGRADER_SANDBOX", "walls")
c.Autograde.pre_convert_hook = before
c.Autograde.exporter_class = HandedInExporter
c.Autograde.sanitize_preprocessors = SANITIZE

# Headings get no ids: the formgrader would take a student's for a box for points.
c.HTMLExporter.exclude_anchor_links = True

# What counts and what is late, by course.toml and extensions.csv.
check_rules(Path(__file__).parent)
c.ExchangeFactory.collect = CollectByRule
c.Autograde.autograde_preprocessors = with_lateness(AUTOGRADE)
c.GenerateFeedback.preprocessors = with_lateness(GenerateFeedback.preprocessors.default())
c.ExportApp.plugin_class = CourseExport

# Downloads of learning platforms: whose a file is, and that no file of a student's stops the others.
c.ZipCollectApp.extractor_plugin = LmsFiles
c.ZipCollectApp.collector_plugin = LmsNames
c.ExchangeFactory.release_feedback = ReleaseFeedback
