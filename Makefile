# Everything starts from a bare Python with venv and pip. PYTHON picks the interpreter.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DATA ?= ../shared/data
STAMP := $(VENV)/.installed

.PHONY: run test lint train bench clean help

help:  ## Say what the targets do
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

run: $(STAMP)  ## Set everything up and classify a comment with the shipped model
	$(BIN)/moderation classify "خسته نباشید، گزارش دقیقی بود ولی مسئول بی‌شعور جواب نمی‌دهد"

test: $(STAMP) lint  ## Lint, type check, tests, coverage
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

lint: $(STAMP)  ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

train: $(STAMP)  ## Train the shipped model again from DATA
	$(BIN)/moderation train --data $(DATA) --output models/default

bench: $(STAMP)  ## Measure against peers, in one run
	$(BIN)/python -m pip install --quiet --requirement benchmarks/requirements.txt
	$(BIN)/python benchmarks/run.py --data $(DATA)
	$(BIN)/python benchmarks/captcha_speed.py

clean:  ## Remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
