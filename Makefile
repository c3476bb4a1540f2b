# Bare `make` lists the targets.

PYTHON ?= python3
VENV ?= .venv
# make site THEME=mrgreen builds in the real theme; MRGREEN_REPO= names another place to clone from.
THEME ?=
export MRGREEN_REPO
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
LIBRARIES := $(VENV)/libraries
PEERS := .venv-bench

.DEFAULT_GOAL := help
.PHONY: help post site serve shots test soak bench bench-lstm check lint types current format \
  reference lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

post: $(INSTALLED) ## run the code of every source and write its post
	$(BIN)/litpost build

site: post ## build the Jekyll site into _site/
	$(BIN)/litpost site $(if $(THEME),--theme $(THEME))

serve: $(INSTALLED) ## show the posts in the browser as they are written; JEKYLL=1: the site
	$(BIN)/litpost serve $(if $(JEKYLL),--jekyll)

shots: post ## write screenshots of every page, light and dark, wide and narrow, to shots/
	$(BIN)/python -m tests.site.shots

test: $(INSTALLED) $(LIBRARIES)/.installed ## run all tests, those in the posts' sources too
	$(BIN)/pytest --litpost -n auto --dist loadgroup

bench-lstm: $(INSTALLED) ## measure the LSTM beside Keras, PyTorch and onnxruntime
	$(BIN)/python bench/lstm

soak: $(INSTALLED) ## edit random programs, and compare incremental with clean builds: EDITS=20000 SEED= (an hour)
	@seed=$${SEED:-$$(date +%s)}; echo "SEED=$$seed repeats this run"; \
	  EDITS=$${EDITS:-20000} SEED=$$seed $(BIN)/pytest tests/litpost/test_edits.py -n auto -q --maxfail 3

check: lint types test current ## what has to hold before a commit

lint: $(INSTALLED) ## check format and style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(INSTALLED) ## check types
	$(BIN)/mypy

current: $(INSTALLED) ## fail if a post is older than what it is made of
	$(BIN)/litpost build --check

format: $(INSTALLED) ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

reference: $(INSTALLED) ## write what docs/reference.md says of commands and options
	$(BIN)/python -m litpost.reference docs/reference.md

lock: $(INSTALLED) ## write the versions that are installed to requirements.txt
	$(BIN)/pip install -q -U -e '.[lstm,dev]'
	$(BIN)/python -m pip freeze --exclude-editable | sed -E \
	  -e "s/^(tensorflow)[-_]cpu==(.*)/\1-cpu==\2; sys_platform == 'linux' and platform_machine == 'x86_64'\n\1==\2; sys_platform != 'linux' or platform_machine != 'x86_64'/" \
	  -e 's/^(torch==[0-9.]+)[+]cpu$$/\1/' \
	  > requirements.txt

ALL_SIZES := 1,10,100,1000
bench: $(INSTALLED) $(PEERS)/.installed ## measure it beside its peers: ROUNDS=5 ONLY= DOCS= TOOLS= SIZES= SAVE=1
	@$(BIN)/python -m bench --rounds $(or $(ROUNDS),5) --only '$(ONLY)' --docs '$(DOCS)' \
	  --tools '$(TOOLS)' --sizes '$(or $(SIZES),$(ALL_SIZES))' --limit $(or $(LIMIT),60) \
	  $(if $(SAVE),--save)

clean: ## remove what the targets made, but no posts
	rm -rf $(VENV) $(PEERS) _site .jekyll-cache .litpost

$(LIBRARIES)/.installed: tests/libraries.txt $(INSTALLED)
	rm -rf $(LIBRARIES)
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --target $(LIBRARIES) -r $<
	touch $@

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 …" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(PEERS)/.installed: bench/requirements.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install -q --disable-pip-version-check -r bench/requirements.txt
	@touch $@
