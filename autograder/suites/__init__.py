"""One pytest suite per assignment, and the plugin that gives the suites a submission to look at."""
