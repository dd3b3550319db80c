# The two commands: `make run` builds and starts Stead with this repository as its first workspace,
# `make test` runs everything that CI runs. The rest are parts of them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
CARGO ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
WEB_SOURCES := $(shell git ls-files web openapi 2>/dev/null)

.PHONY: run test check clippy rust-test api-test web-check web-test e2e bench packages-run packages-test peers help

help:
	@echo "make run    build Stead, start it here, open this repository as a workspace"
	@echo "make test   everything that CI runs"
	@echo "make bench  measure, and write docs/BENCHMARKS.md"

run: packages-run web/dist/index.html
	$(CARGO) build --release --package stead
	$(TARGET)/release/stead up --workspace .

test: packages-test
	./scripts/timed "format" $(CARGO) fmt --all --check
	./scripts/timed "repository checks" $(CARGO) xtask check
	./scripts/timed "dashboard checks" $(MAKE) --no-print-directory web-check
	./scripts/timed "dashboard build" $(MAKE) --no-print-directory web/dist/index.html
	./scripts/timed "clippy" $(MAKE) --no-print-directory clippy
	./scripts/timed "rust tests" $(MAKE) --no-print-directory rust-test
	./scripts/timed "API and its document" $(MAKE) --no-print-directory api-test
	./scripts/timed "dashboard in Chromium" $(MAKE) --no-print-directory web-test
	./scripts/timed "the whole in Chromium" $(MAKE) --no-print-directory e2e
	@./scripts/timed --summary

clippy:
	$(CARGO) clippy --workspace --all-targets -- --deny warnings

rust-test:
	$(CARGO) test --workspace

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run build
	touch $@

web-check: web/node_modules/.package-lock.json
	cd web && npm run lint && npm run typecheck && npm test

api-test: web/dist/index.html
	$(CARGO) build --package stead
	./scripts/check-api $(TARGET)/debug/stead $(TARGET)

web-test: web/node_modules/.package-lock.json
	cd web && npm run test:ui

e2e: web/dist/index.html
	$(CARGO) build --package stead
	cd web && STEAD_BINARY=$(abspath $(TARGET))/debug/stead npm run test:e2e

bench: packages-test web/dist/index.html
	$(CARGO) build --release --package stead --package stead-bench
	$(TARGET)/release/stead-bench

packages-run:
	@./scripts/install-packages run

packages-test:
	@./scripts/install-packages test
	@$(MAKE) --no-print-directory peers

# Peers of the tests, from npm and PyPI, pinned.
peers: crates/stead/tests/peers/.venv/installed crates/http/tests/peers/.venv/installed crates/http/tests/peers/node_modules/.package-lock.json

%/tests/peers/node_modules/.package-lock.json: %/tests/peers/package-lock.json
	cd $(dir $<) && npm ci --no-audit --no-fund
	touch $@

%/tests/peers/.venv/installed: %/tests/peers/requirements.txt
	python3 -m venv $(dir $@)
	$(dir $@)bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@
