# Bare `make` prints help. Works with GNU make 3.81 (macOS).
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PY := $(if $(filter Windows_NT,$(OS)),.venv/Scripts/python.exe,.venv/bin/python)

# $(call option,name,VARIABLE) is --name "value" when the variable is set, nothing otherwise
option = $(if $($(2)),--$(1) "$($(2))")

# The set-up, by the environment's own Python, or the first that is new enough if there is none.
# An environment that is up to date takes it a few milliseconds.
PYTHONS = $(if $(PYTHON),"$(PYTHON)",python3.11 python3.12 python3.13 python3.14 python3 python)
set-up = for p in $(PY) $(PYTHONS); do \
	"$$p" -ISc 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& exec "$$p" autograder/install.py $(1); done; \
	echo 'No Python 3.11 or newer here. Install one, or say where it is: make ... PYTHON=path' >&2; \
	exit 1

.PHONY: help env env-dev grade watch lab assignments autograde batch doctor release student gradescope roster export data record test test-all lint bench report-card evidence full clean

help:  ## this list
	@echo "usage: make TARGET [VARIABLE=value ...]"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  ASSIGNMENT=name    which assignment, where there are several"
	@echo "  SUBMISSION=path    a .py or .ipynb file to grade instead of your own answers"
	@echo "  ROOT=folder        another course (from grade to record; not data, doctor)"
	@echo "  TASK=train         grade only this task"
	@echo "  DEVICE=auto        auto, cpu, cuda or mps"
	@echo "  SEED=n             draw other questions"
	@echo "  JSON=file          write the report there as well"
	@echo "  HTML=file          write the page with pictures there"
	@echo "  FAIL_UNDER=n       exit with an error when the score is lower"
	@echo "  SANDBOX=walls      walls, container or off (autograde, batch)"
	@echo "  WORKERS=n          processes (autograde, batch)"
	@echo "  SCHEDULER=address  of a Dask cluster (autograde, batch)"
	@echo "  REGRADE=1          grade again after a change in the suite (autograde)"
	@echo "  FORCE=1            release even what orphans work in progress"
	@echo "  EXCHANGE=no        leave nbgrader's exchange alone (release)"
	@echo "  FROM=folder        take the data from there, not the network (data)"
	@echo "  LMS=file           Canvas's or Moodle's file, to be filled in (export)"
	@echo "  COLUMN=name        the assignment's column in it (export)"
	@echo "  ID=name            the column of the ids in a class list (roster)"
	@echo "  REMOVE=1           take out who is not in the class list (roster)"
	@echo "  ARGS=options       more options for pytest (test, test-all)"
	@echo "  TORCH_INDEX=URL    another wheel index for PyTorch (set-up, gradescope)"
	@echo "  PYTHON=path        the Python to set up with, 3.11 or newer"

grade: env  ## grade your answers and say what to do next
	@$(PY) -m autograder grade $(if $(SUBMISSION),"$(SUBMISSION)") \
		$(call option,assignment,ASSIGNMENT) $(call option,task,TASK) \
		$(call option,device,DEVICE) $(call option,seed,SEED) $(call option,json,JSON) $(call option,html,HTML) \
		$(call option,fail-under,FAIL_UNDER) $(call option,root,ROOT)

watch: env  ## grade again whenever you save your file
	@$(PY) -m autograder watch $(if $(SUBMISSION),"$(SUBMISSION)") \
		$(call option,assignment,ASSIGNMENT) $(call option,task,TASK) $(call option,root,ROOT)

lab: env  ## work on the assignment as a notebook, in JupyterLab
	@$(PY) -m autograder lab $(call option,assignment,ASSIGNMENT) $(call option,root,ROOT)

data: env  ## the full MNIST data set (a sample is here already)
	@$(PY) -m autograder.mnist $(call option,from,FROM)

assignments: env  ## generate assignments/ from solutions/
	@$(PY) -m autograder assignments $(call option,root,ROOT)

batch: env  ## grade a class: SUBMISSIONS=folder or zip, OUT=folder
	$(if $(and $(SUBMISSIONS),$(OUT)),,$(error say what to grade, and where to write: make batch SUBMISSIONS=folder OUT=folder))
	@$(PY) -m autograder batch "$(SUBMISSIONS)" --out "$(OUT)" $(call option,assignment,ASSIGNMENT) \
		$(call option,seed,SEED) $(call option,sandbox,SANDBOX) $(call option,workers,WORKERS) \
		$(call option,scheduler,SCHEDULER) $(call option,root,ROOT)

autograde: env  ## grade what nbgrader has collected, into its gradebook
	@$(PY) -m autograder autograde $(call option,assignment,ASSIGNMENT) $(if $(REGRADE),--regrade) \
		$(call option,sandbox,SANDBOX) $(call option,workers,WORKERS) $(call option,scheduler,SCHEDULER) \
		$(call option,root,ROOT)

doctor: env  ## which walls this machine can put around student code
	@$(PY) -m autograder doctor

release: env  ## build the notebook for nbgrader, and release it
	@$(PY) -m autograder release $(call option,assignment,ASSIGNMENT) $(call option,root,ROOT) $(if $(FORCE),--force) \
		$(if $(filter no,$(EXCHANGE)),--no-exchange)

student: env  ## build the zip and the wheel for students, in dist/
	@$(PY) -m autograder student $(call option,assignment,ASSIGNMENT) $(call option,root,ROOT) $(if $(FORCE),--force)

gradescope: env  ## build the zip that grades on Gradescope, in dist/
	@$(PY) -m autograder gradescope $(call option,assignment,ASSIGNMENT) $(call option,seed,SEED) $(call option,root,ROOT)

roster: env  ## bring a class list into the gradebook: FROM=csv
	$(if $(FROM),,$(error say where the class list is: make roster FROM=class.csv))
	@$(PY) -m autograder roster "$(FROM)" $(call option,id,ID) $(if $(REMOVE),--remove) $(call option,root,ROOT)

export: env  ## write the grades, or fill them into LMS=downloaded.csv
	@$(PY) -m autograder export $(call option,assignment,ASSIGNMENT) $(call option,lms,LMS) \
		$(call option,column,COLUMN) $(call option,root,ROOT)

record: env  ## record the reference solutions' observations
	@$(PY) -m autograder record $(call option,root,ROOT)

test: env-dev  ## run the tests
	@$(PY) -m pytest -n auto $(ARGS)

test-all: env-dev  ## run the tests, the slow ones too
	@$(PY) -m pytest -n auto -m "" $(ARGS)

lint: env-dev  ## ruff and mypy
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

bench: env  ## how fast grading is, beside bare work and stock nbgrader
	@$(PY) tests/benchmarks/grade.py
	@$(PY) tests/benchmarks/batch.py
	@$(PY) tests/benchmarks/stock_nbgrader.py
	@$(PY) tests/benchmarks/course.py

report-card: env-dev  ## grade the grader: docs/report-card.md (minutes)
	@$(PY) tests/evidence/report_card.py

evidence: env-dev  ## grade over hundreds of seeds: docs/evidence.md (hours)
	@$(PY) tests/evidence/measure.py
	@$(PY) tests/evidence/full.py || test $$? -eq 2  # without the full data set
	@$(PY) tests/evidence/report.py

full: env  ## the lesson's full run, on all 60,000 images
	@$(PY) tests/evidence/full.py $(call option,seed,SEED)

clean:  ## delete reports and caches; .venv and data/full stay
	@rm -rf reports build dist .pytest_cache .mypy_cache .ruff_cache
	@find $(wildcard autograder tests solutions assignments) -name __pycache__ -type d -prune -exec rm -rf {} +

env:
	@$(call set-up)

env-dev:
	@$(call set-up,--dev)
