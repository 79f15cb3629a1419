# Airbridge. `make demo` and `make test` do everything on a fresh Debian 12; `make help` lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# sudo drops /usr/local/go/bin from the path.
export PATH := $(PATH):/usr/local/go/bin

# ARGS go to the demo: make demo ARGS="--duration 60s --json -". FUZZTIME is per target of make fuzz.
ARGS ?=
FUZZTIME ?= 30s

.PHONY: help demo test build check fuzz bench setup clean

help: ## list these targets
	@echo "Airbridge streams PC VR over Wi-Fi. Targets:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

demo: build ## stream a scene through the real codec over loopback and show what became of every frame
	@bin/airbridge demo $(ARGS)

test: setup ## run all tests, with FFmpeg and without
	@scripts/test.sh

build: setup ## build bin/airbridge
	@scripts/build.sh

check: setup ## format, vet, staticcheck, unit tests with the race detector, 10 s of every fuzz target
	@scripts/check.sh

fuzz: setup ## run every fuzz target for FUZZTIME (30s)
	@scripts/fuzz.sh $(FUZZTIME)

bench: ## measure the data path, beside iperf3
	@scripts/setup.sh iperf3
	@scripts/bench.sh

setup: ## install what is missing (FFmpeg's development packages, a C compiler); prints nothing where all is there
	@scripts/setup.sh

clean: ## delete what was built
	rm -rf bin out
