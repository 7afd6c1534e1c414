# Every command sets up what is missing first. See .ci/tools for what and where.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run dev test soak bench fmt

help:
	@echo "make run    build, and start on the embedded database"
	@echo "make dev    the same, rebuilt at each change"
	@echo "make test   every check there is"
	@echo "make soak   the same, the tests that count at full length"
	@echo "make bench  measure"
	@echo "make fmt    format the source"

run:
	@.ci/build
	@exec target/release/regcred serve

dev:
	@exec .ci/tools build cargo-leptos leptos watch -- serve

test:
	@.ci/test

soak:
	@REGCRED_SOAK=1 .ci/test

bench:
	@.ci/build
	@REGCRED_BIN="$(CURDIR)/target/release/regcred" .ci/tools bench cargo bench --locked --features ssr --bench floors

fmt:
	@.ci/tools rust cargo fmt --all
