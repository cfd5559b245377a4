# The two commands of the README, and what they stand on. Needs Python 3.11+ and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTEST := $(BIN)/python -bb -m pytest

# Images of containers tend to forbid it; each of a thousand brokers would compile itself.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help env test unit integration conformance check benchmark compare matrix status screenshot suites miniatures mutants verify pythons clean

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

env: $(STAMP) ## Make the environment in .venv

NEEDED := needs Python 3.11 or newer (make PYTHON=... names one)
OLD := import sys; v = sys.version_info; \
  v >= (3, 11) or sys.exit("logion $(NEEDED): $(PYTHON) is %d.%d" % tuple(v[:2]))

$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || \
	  { echo "logion $(NEEDED): there is no $(PYTHON) here" >&2; exit 1; }
	@$(PYTHON) -c '$(OLD)'
	@echo "making the environment in $(VENV) (once; about half a minute)"
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || \
	  $(PYTHON) -m virtualenv -q $(VENV) >/dev/null 2>&1 || \
	  { test -e $(BIN)/pip || rm -rf $(VENV); \
	    echo "Python's venv module lacks pip here: install it first (Debian: apt install python3-venv)" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[dev]'
	@touch $@

test: unit integration ## Run every test that CI runs (at most 15 minutes on 2 cores)

# Some tests go through a million states: counting lines would take most of the time.
WORLDS = $(shell grep -rl --include='test_*.py' mark.world tests)

unit: env ## The tests of the packages, with coverage by branch
	@$(PYTEST) -q -n 2 --dist loadgroup -m world $(WORLDS)
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q -n 2 -m "not world" tests --ignore=tests/integration
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --skip-covered --fail-under=90

# They wait for much, such as a rebalance: three at a time keep two cores busy.
integration: env ## Real clients and Apache Kafka against the broker
	@mkdir -p .cache
	@$(PYTEST) -q -n 3 --dist loadgroup tests/integration --junitxml=.cache/integration.xml

conformance: env ## Judge a broker: the embedded one, BOOTSTRAP=host:port or TARGET=name (OPTIONS="--quick")
	@$(PYTEST) -q conformance --report-html .cache/conformance.html \
	  $(if $(BOOTSTRAP),--bootstrap $(BOOTSTRAP)) $(if $(TARGET),--target '$(TARGET)') $(OPTIONS)

check: env ## Lint, format, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

benchmark: env ## logion beside Apache Kafka, into docs/benchmarks.md (some minutes; ONLY="groups")
	@$(BIN)/python tests/benchmarks/run.py $(if $(ONLY),--only $(ONLY))

compare: env ## logion beside Apache Kafka's answers, into docs/compare.md (RELEASES="3.9 4.3")
	@$(BIN)/python -m tests.docs.compare_page $(RELEASES)

matrix: env ## Every target judged by the suite, into docs/conformance (TARGETS="apache-3.9 kfake")
	@$(BIN)/python -m tests.docs.matrix_page $(TARGETS)

status: env ## What is answered, who has tested it, what the model found, into docs/
	@$(BIN)/python -m tests.status > docs/.status.md && mv docs/.status.md docs/status.md
	@$(BIN)/python -m tests.docs.clients_page > docs/.clients.md && mv docs/.clients.md docs/clients.md
	@$(BIN)/python -m tests.track_record > docs/.track.md && mv docs/.track.md docs/track-record.md
	@$(BIN)/python -m tests.mutation.page > docs/.mutants.md && mv docs/.mutants.md docs/mutants.md

models: env ## Check every model, into docs/model-results.md (some minutes)
	@$(BIN)/python -m tests.model_results

screenshot: env ## Pictures of the console, into docs/images (needs Chromium)
	@$(BIN)/python -m tests.screenshot

suites: env ## The test suites of client libraries, into docs/client-suites.md (needs git, Go)
	@$(BIN)/python -m tests.integration.client_suites

miniatures: env ## Every broken broker by every case, into docs/miniatures.md (some minutes; MINIATURES="a b")
	@$(BIN)/python -m tests.docs.miniatures_page $(MINIATURES)

mutants: env ## Change the pure rules in small ways: who notices? (hours; MODULES="log/epochs.py")
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[dev,mutants]'
	@$(BIN)/python -m tests.mutation.code $(MODULES) $(if $(SECONDS),--seconds $(SECONDS))

verify: env ## Everything: 100 kills, every release, every Python; into docs/verify.md (ONLY="models guards")
	@$(BIN)/python tests/verify.py $(if $(ONLY),--only $(ONLY))

pythons: ## The tests of the packages on each Python that is here: 3.11, 3.12, 3.13
	@for version in 3.11 3.12 3.13; do \
	  found=$$(ls $$HOME/.pyenv/versions/$$version.*/bin/python 2>/dev/null | tail -1); \
	  found=$${found:-$$(command -v python$$version)}; \
	  if [ -n "$$found" ]; then \
	    echo "== $$found"; \
	    $(MAKE) --no-print-directory env PYTHON=$$found VENV=.cache/venv-$$version && \
	    .cache/venv-$$version/bin/python -bb -m pytest -q -n 2 tests --ignore=tests/integration || exit 1; \
	  else echo "== no Python $$version here"; fi; done

clean: ## Remove the environment and all caches
	@rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
