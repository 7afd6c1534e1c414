# Every command sets up what is missing first. See .ci/tools for what and where.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run demo helper dev test soak sheet bench lighthouse scanners release fmt

help:
	@echo "make run    build, and start on the embedded database"
	@echo "make demo   build, and start on a made-up instance, in target/demo"
	@echo "make helper build docker-credential-regcred, static"
	@echo "make dev    the same, rebuilt at each change"
	@echo "make test   every check there is"
	@echo "make soak   the same, the tests that count at full length"
	@echo "make sheet  take pictures of every page, dialog and state"
	@echo "make bench  measure; PART=delivery measures that part alone"
	@echo "make lighthouse measure every page as a phone loads it"
	@echo "make scanners  run wapiti, sqlmap, slowhttptest and testssl; PART=sqlmap runs that one"
	@echo "make release make what is published: programs, checksums, SBOM"
	@echo "make fmt    format the source"

run:
	@.ci/build
	@exec target/release/regcred serve

demo:
	@.ci/build
	@exec target/release/regcred demo --data target/demo

helper:
	@.ci/helper

dev:
	@exec .ci/tools build cargo-leptos leptos watch -- serve

test:
	@.ci/test

soak:
	@REGCRED_SOAK=1 .ci/test

sheet:
	@.ci/sheet

bench:
	@.ci/build
	@.ci/helper
	@REGCRED_BIN="$(CURDIR)/target/release/regcred" \
		REGCRED_HELPER_BIN="$(CURDIR)/target/$$(uname -m)-unknown-linux-musl/small/docker-credential-regcred" \
		.ci/tools bench cargo bench --locked --features ssr --bench floors -- $(PART)

lighthouse:
	@.ci/lighthouse

scanners:
	@.ci/scanners $(PART)

release:
	@.ci/release

fmt:
	@.ci/tools rust cargo fmt --all
