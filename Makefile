# GNU make 3.81 is enough (macOS ships it). `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
STAMP := .venv/.ready

## digest: walk the whole line on the sample newsroom, into a folder of files
.PHONY: digest
digest: $(STAMP)
	@$(BIN)/digest demo

## serve: show the next issue, the outbox and the preference page in a browser
.PHONY: serve
serve: $(STAMP)
	@$(BIN)/digest demo >/dev/null
	@$(BIN)/digest serve

## test: run the tests; what is absent is skipped aloud
.PHONY: test
test: $(STAMP)
	@$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder

## test-parts: install the real parts that the tests can use (apt and npm; needs root)
.PHONY: test-parts
test-parts:
	@.ci/parts

## check: types, style, import borders, migrations
.PHONY: check
check: $(STAMP)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m pytest -q tests/architecture

## bench: measure against the other way, in one run; writes var/bench.json
.PHONY: bench
bench: $(STAMP)
	@$(BIN)/python -m tests.bench

## bench-million: the same for a million readers with choices of their own; some ten minutes
.PHONY: bench-million
bench-million: $(STAMP)
	@$(BIN)/python -m tests.bench million

## bench-million-send: memory and CPU of a send to a million readers (ten minutes and more)
.PHONY: bench-million-send
bench-million-send: $(STAMP)
	@$(BIN)/python -m tests.bench.million_send

## bench-subscribers: segments and imports of a million subscribers, some minutes
.PHONY: bench-subscribers
bench-subscribers: $(STAMP)
	@$(BIN)/python -m tests.bench.subscribers

## bench-peers: other newsletter programs beside ours (installs them from PyPI into var/peers)
.PHONY: bench-peers
bench-peers: $(STAMP)
	@$(BIN)/python -m tests.bench.peers

## evaluate: regions, topics, copies and events on labelled data (needs ../shared/data)
.PHONY: evaluate
evaluate: $(STAMP)
	@$(BIN)/python -m pytest -q -s -p no:xdist tests/curate/test_grouping_evaluation.py
	@$(BIN)/python -m tests.curate_classify.evaluate

## fuzz: hostile input made up by the thousand, for as long as it takes (EXAMPLES=20000 CALLS=500)
.PHONY: fuzz
fuzz: $(STAMP)
	@DIGEST_FUZZ=$${EXAMPLES:-20000} $(BIN)/python -m pytest -q -n 2 --timeout 7200 tests/sources/test_fuzz.py tests/transfer/test_fuzz.py tests/approval/test_machine.py tests/approval/test_kills.py
	@DIGEST_FUZZ=$${CALLS:-500} $(BIN)/python -m pytest -q -n 2 --timeout 7200 tests/trust/test_schema.py tests/trust/test_scanners.py

## chaos: kill senders at random against servers of its own, for so long (MINUTES=30), and count
.PHONY: chaos
chaos: $(STAMP)
	@$(BIN)/python -m tests.proof --minutes $${MINUTES:-30}

## simulate: deterministic trials of the sender and its ledger, one a seed (SEEDS=100000 MINUTES=10)
.PHONY: simulate
simulate: $(STAMP)
	@$(BIN)/python -m tests.proof.simulate --seeds $${SEEDS:-100000} --minutes $${MINUTES:-inf}

## soak: a month of five editions in one process, by a fast clock and with faults (READERS=100000)
.PHONY: soak
soak: $(STAMP)
	@$(BIN)/python -m tests.soak --readers $${READERS:-100000} --days $${DAYS:-30}

## dst: walk every zone's changes of its clocks, 2020 to 2037, some two million cases
.PHONY: dst
dst: $(STAMP)
	@$(BIN)/python -m tests.schedule.dst

## upgrades: from every earlier schema to the newest, on both databases; a minute
.PHONY: upgrades
upgrades: $(STAMP)
	@DIGEST_UPGRADES=all $(BIN)/python -m pytest -q -n 2 tests/mend/test_upgrades.py

## messages: bring the catalogues of digest/locale up to date with the texts in code and templates
.PHONY: messages
messages: $(STAMP)
	@$(BIN)/python -m tests.languages.messages

## reference: write the parts of docs/ anew that the code itself tells (keys, commands, errors, …)
.PHONY: reference
reference: $(STAMP)
	@$(BIN)/python -m tests.reference

## docs: build docs/ as a site into var/site, and a man page; a broken link fails
.PHONY: docs
docs: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group docs
	@$(BIN)/python -m tests.manual.site

## gallery: take the pictures of docs/gallery.md anew (needs Chromium)
.PHONY: gallery
gallery: $(STAMP)
	@$(BIN)/python -m tests.render.gallery

## desk-pictures: take the pictures of docs/editors.md anew (needs Chromium)
.PHONY: desk-pictures
desk-pictures: $(STAMP)
	@$(BIN)/python -m tests.desk.pictures

## fresh: forget what the sample newsroom did
.PHONY: fresh
fresh:
	@rm -rf var

## help: this list
.PHONY: help
help:
	@sed -n 's/^## \([a-z-]*\): /\1	/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'

$(STAMP): pyproject.toml constraints.txt
	@python=; \
	for one in python3.14 python3.13 python3.12 python3.11 python3; do \
	  if command -v $$one >/dev/null 2>&1 && \
	     $$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    python=$$one; break; \
	  fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "newsletter-digest needs Python 3.11 or newer: apt-get install python3, or brew install python" >&2; \
	  exit 1; \
	fi; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "Python's venv is missing: apt-get install python3-venv" >&2; \
	  exit 1; \
	fi; \
	echo "Setting up .venv with $$($$python --version) (once)"; \
	[ -x $(BIN)/python ] || $$python -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable . --group dev
	@touch $(STAMP)
