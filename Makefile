# Each target installs what it needs. `make start` and `make test` are all a newcomer types.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LAMBDA_VENV := .venv-lambda
export PYTHONPATH := layers/core/python:functions:.
export SAM_CLI_TELEMETRY := 0

.PHONY: start test faults lint bench bench-intelligence lock contract validate build deploy admin clean

start: $(VENV)/.start
	@$(BIN)/python -m infra.local $(ARGS)

test: $(VENV)/.test
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

# At full length what `make test` runs short.
faults: $(VENV)/.test
	GEMINI_AWAY_SECONDS=60 SEAT_ROUNDS=100 ACKNOWLEDGED_SAVES=5000 ACKNOWLEDGED_SUBMISSIONS=20000 MONGOD_KILLS=5 $(BIN)/pytest tests/faults $(ARGS)

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.test $(VENV)/.copydetect $(LAMBDA_VENV)/.lambda
	$(BIN)/python -m benchmarks $(ARGS)

# ARGS=train learns anew and writes the shipped models.
bench-intelligence: $(VENV)/.training
	@$(BIN)/python -m benchmarks.intelligence $(ARGS)

contract: $(VENV)/.start
	$(BIN)/python -m infra.contract

# The stack's packages, and then those of the tests; compiled at once, since imports of source are three times slower.
$(VENV)/.start: infra/local/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	@echo "Installing the stack's packages …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@$(BIN)/python -m compileall -q $(VENV)/lib > /dev/null || true
	@touch $@

$(VENV)/.test: tests/requirements.txt $(VENV)/.start
	@echo "Installing the tests' packages …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@$(BIN)/python -m compileall -q $(VENV)/lib > /dev/null || true
	@touch $@

$(VENV)/.training: benchmarks/intelligence/requirements.txt $(VENV)/.test
	@echo "Installing what trains models …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.copydetect: benchmarks/copydetect/requirements.txt $(VENV)/.test
	@echo "Installing copydetect, to compare with …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# What a function finds in Lambda: its layer and the runtime's boto3, with bytecode as the layer has it. Packages of
# the tests would be imported too where a library looks for them.
$(LAMBDA_VENV)/.lambda: layers/dependencies/requirements.txt benchmarks/requirements.txt $(VENV)/.start
	@echo "Installing what Lambda has …"
	@rm -rf $(LAMBDA_VENV) && $(BIN)/python -m venv --without-pip $(LAMBDA_VENV)
	@$(BIN)/uv pip install --quiet --python $(LAMBDA_VENV)/bin/python --require-hashes $(patsubst %,-r %,$(filter %.txt,$^))
	@$(BIN)/python -m compileall -q --invalidation-mode unchecked-hash $(LAMBDA_VENV)/lib > /dev/null || true
	@touch $@

COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: $(VENV)/.start
	$(COMPILE) tests/requirements.in -o tests/requirements.txt
	$(COMPILE) infra/local/requirements.in -c tests/requirements.txt -o infra/local/requirements.txt
	$(COMPILE) layers/dependencies/requirements.in -c tests/requirements.txt -o layers/dependencies/requirements.txt
	@# Beside it lies the layer with the dependencies of all functions.
	$(COMPILE) layers/gemini/requirements.in -c tests/requirements.txt --excludes layers/gemini/excluded.txt \
		-o layers/gemini/requirements.txt
	$(COMPILE) layers/documents/requirements.in -c tests/requirements.txt -o layers/documents/requirements.txt
	@# tokenizers needs the hub for models that it downloads, and here it downloads none.
	$(COMPILE) layers/intelligence/requirements.in -c tests/requirements.txt --excludes layers/intelligence/excluded.txt \
		-o layers/intelligence/requirements.txt
	$(COMPILE) benchmarks/requirements.in -c tests/requirements.txt -o benchmarks/requirements.txt
	$(COMPILE) benchmarks/copydetect/requirements.in -c tests/requirements.txt -o benchmarks/copydetect/requirements.txt
	$(COMPILE) benchmarks/intelligence/requirements.in -c tests/requirements.txt -o benchmarks/intelligence/requirements.txt
	$(COMPILE) infra/sam/requirements.in -o infra/sam/requirements.txt

# SAM builds with Lambda's own Python: the first 3.13 that runs, on PATH or of pyenv or uv. It comes first on the
# path for SAM alone, so that nothing else changes.
SAM_VENV := .venv-sam
PYTHON_313 = $(shell for each in python3.13 $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.13*/bin/python3.13 \
	$$HOME/.local/share/uv/python/cpython-3.13*/bin/python3.13; do \
	"$$each" -c 'import sys; print(sys.base_prefix + "/bin")' 2>/dev/null && break; done)
SAM = AWS_DEFAULT_REGION=$${AWS_DEFAULT_REGION:-us-east-1} \
	PATH="$(PYTHON_313):$(CURDIR)/$(SAM_VENV)/bin:$$PATH" $(SAM_VENV)/bin/sam

$(SAM_VENV)/.sam: infra/sam/requirements.txt $(VENV)/.start
	@test -x $(SAM_VENV)/bin/python || $(PYTHON) -m venv $(SAM_VENV)
	@echo "Installing SAM CLI …"
	@# By uv: pip's hash mode does not take a package that is asked for with extras and without.
	@$(BIN)/uv pip install --quiet --python $(SAM_VENV)/bin/python --require-hashes -r $<
	@touch $@

validate: $(SAM_VENV)/.sam
	$(SAM) validate --lint

build: $(SAM_VENV)/.sam $(VENV)/.start
	@test -n "$(PYTHON_313)" || { echo "Python 3.13, which Lambda runs, is missing: pyenv install 3.13"; exit 1; }
	$(SAM) build
	$(BIN)/python -m infra.package_size

deploy: build
	@test -n "$(STAGE)" || { echo "Say which stage: make deploy STAGE=dev"; exit 1; }
	$(SAM) deploy --config-env $(STAGE)
	$(SAM) remote invoke PrepareDatabaseFunction --stack-name lms-$(STAGE)

# FORCE=true where the admin there is has lost their account.
admin: $(SAM_VENV)/.sam
	@test -n "$(STAGE)" -a -n "$(EMAIL)" || { echo "Say where and whom: make admin STAGE=dev EMAIL=…"; exit 1; }
	$(SAM) remote invoke AppointAdminFunction --stack-name lms-$(STAGE) \
		--event '{"email": "$(EMAIL)", "force": $(or $(FORCE),false)}'

clean:
	rm -rf $(LAMBDA_VENV) .aws-sam .local .mypy_cache .ruff_cache .pytest_cache
