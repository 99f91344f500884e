# Two commands on a bare machine with Python 3.11 or newer: make demo, make test. And make bench, make torture and
# make fuzz, the long ones.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready

PORT ?= 8000
SERVE ?= 1
DEBUG ?= 1
export PORT SERVE DATA

# What make bench measures: SIZES=1000000 takes minutes, PICTURES is a folder of pictures of your own.
SIZES ?= 10000,100000
PICTURES ?=
RESULTS ?= var/benchmarks
EMBEDDERS ?= products-5 products-4 thumbnail benchmarks.embedders.mobilenet.MobileNetEmbedder
RESNET50 := $(wildcard ../shared/weights/resnet50-kill-the-bits.safetensors)
ifneq ($(RESNET50),)
EMBEDDERS += '{"BACKEND": "torchvision", "OPTIONS": {"model": "resnet50", "weights": "$(RESNET50)"}}'
endif

.PHONY: demo test test-postgres test-django lint types layers tests audit bench load torture faults fuzz clean

demo: $(READY)
	@DEBUG=$(DEBUG) $(RUN) manage.py run_demo

# Every step runs, so that one failure does not hide another.
test: $(READY)
	@failed=; for step in lint types layers tests; do \
		echo "== $$step"; $(MAKE) --no-print-directory $$step || failed="$$failed $$step"; \
	done; if [ -n "$$failed" ]; then echo "Failed:$$failed"; exit 1; fi

lint: $(READY)
	@$(RUN) -m ruff check . && $(RUN) -m ruff format --check .

types: $(READY)
	@$(RUN) -m mypy

layers: $(READY)
	@$(VENV)/bin/lint-imports

tests: $(READY)
	@$(RUN) -m pytest -n 2

# The whole suite with its rows in PostgreSQL.
POSTGRES ?= postgres://postgres@127.0.0.1:5432/postgres
test-postgres: $(READY)
	@TEST_SUITE_DATABASE_URL=$(POSTGRES) $(RUN) -m pytest -n 2

# Each part of a busy shop is killed or cut off for half a minute, on servers of its own; a quarter of an hour.
faults: $(READY)
	@$(RUN) -m benchmarks.faults --json $(RESULTS)/faults.json

# The figures of the README, taken on this machine; nothing else should run meanwhile.
bench: $(READY) $(VENV)/.rivals
	@mkdir -p $(RESULTS)
	@$(RUN) -m benchmarks.index --sizes $(SIZES) --others --json $(RESULTS)/index.json
	@$(if $(PICTURES),$(RUN) -m benchmarks.index --sizes 100000 --pictures $(PICTURES) --json $(RESULTS)/pictures.json)
	@$(RUN) -m benchmarks.vectors.plot $(RESULTS)/index.json --svg $(RESULTS)/index.svg
	@$(RUN) -m benchmarks.engines --sizes $(SIZES) --json $(RESULTS)/engines.json
	@$(RUN) -m benchmarks.filters --json $(RESULTS)/filters.json
	@$(RUN) -m benchmarks.freshness --json $(RESULTS)/freshness.json
	@$(RUN) -m benchmarks.embedding --json $(RESULTS)/embedding.json
	@$(if $(TEST_DATABASE_URL),$(RUN) -m benchmarks.hosts --json $(RESULTS)/hosts.json)
	@$(if $(wildcard ../shared/data/grocery),$(RUN) -m benchmarks.quality $(EMBEDDERS) --json $(RESULTS)/quality.json \
		--svg $(RESULTS)/quality.svg)
	@$(if $(wildcard ../shared/data/clothing),$(RUN) -m benchmarks.sets $(EMBEDDERS) --json $(RESULTS)/sets.json)

# Without a C++ compiler they cannot be installed, and are left out.
$(VENV)/.rivals: $(READY)
	@$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]' \
		|| echo "hnswlib and usearch are left out."
	@touch $@

# 16 clients that search while 10 products a second are saved, and 64, beside the bare forward pass.
LOAD_SECONDS ?= 30
load: $(READY) $(VENV)/.load
	@mkdir -p $(RESULTS)
	@$(RUN) -m benchmarks.load --seconds $(LOAD_SECONDS) --json $(RESULTS)/load.json

$(VENV)/.load: $(READY)
	@$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[load]'
	@touch $@

# Everything that can happen to a shop, in chance order, in so many runs; each ends with a proof that nothing is lost.
RUNS ?= 1000
torture: $(READY)
	@TORTURE_RUNS=$(RUNS) $(RUN) -m pytest -q -s --show-capture=no tests/test_torture.py

# The tests with another Django, in an environment of its own: make test-django DJANGO=6.1 PYTHON=python3.13
DJANGO ?= 6.1
OTHER := $(VENV)/django-$(DJANGO)
test-django:
	@test -x $(OTHER)/bin/python || $(PYTHON) -m venv $(OTHER)
	@grep -viE '^(django|numpy)==' constraints.txt > $(OTHER)/constraints.txt
	@$(OTHER)/bin/python -m pip install --quiet --disable-pip-version-check -c $(OTHER)/constraints.txt \
		'django==$(DJANGO).*' -e '.[$(EXTRAS)]'
	@$(OTHER)/bin/python -m pytest -n 2

# What is known of holes in the pinned versions; it says so where that cannot be reached.
audit:
	@test -x $(VENV)/audit/bin/pip-audit || $(PYTHON) -m venv $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.10' \
		|| echo "pip-audit cannot be installed."
	@$(VENV)/audit/bin/python -m tools.audit constraints.txt

EXTRAS := api,faiss,fetch,heif,keys,metrics,milvus-lite,openvino,torch,shop,dev

# Pinned versions, installed again only when they change.
$(READY): pyproject.toml constraints.txt
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'
	@touch $@

# Half an hour of chance inputs for each of the two doors, files and requests; a finding ends the run.
SECONDS_FUZZED ?= 1800
fuzz: $(READY)
	@$(RUN) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	@$(RUN) -m tools.fuzz intake --seconds $(SECONDS_FUZZED)
	@$(RUN) -m tools.fuzz requests --seconds $(SECONDS_FUZZED)

clean:
	rm -rf $(VENV) var
