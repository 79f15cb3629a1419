# Airbridge. `make demo` and `make test` do everything on a fresh Debian 12; `make help` lists the rest.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# sudo drops /usr/local/go/bin from the path.
export PATH := $(PATH):/usr/local/go/bin

# ARGS go to the demo: make demo ARGS="--duration 60s --json -". FUZZTIME is per target of make fuzz.
ARGS ?=
FUZZTIME ?= 30s

.PHONY: help demo test build check fuzz bench worlds scenarios check-ns3 bench-ns3 check-loopback setup clean

help: ## list these targets
	@echo "Airbridge streams PC VR over Wi-Fi. Targets:"
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

demo: build ## stream a scene through the real codec over loopback, show what became of every frame, and write a report
	@mkdir -p out
	@bin/airbridge demo --report out/demo.html $(ARGS)

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

worlds: ## compare the event lab with the real UDP shells in a virtual network: every family, ten seeds of a minute each
	@scripts/worlds.sh

scenarios: ## run the scenario suites alone; they need no FFmpeg
	@CGO_ENABLED=0 go test -count=1 ./scenarios/...

check-ns3: ## compare the Wi-Fi cell with ns-3 (installs it)
	@scripts/check-ns3.sh $(ARGS)

bench-ns3: ## packets a second beside ns-3's point-to-point link (installs it)
	@scripts/bench-ns3.sh $(ARGS)

check-loopback: ## compare the lab's intervals with real sockets on this machine
	@scripts/check-loopback.sh

setup: ## install what is missing (FFmpeg's development packages, a C compiler); prints nothing where all is there
	@scripts/setup.sh

clean: ## delete what was built
	rm -rf bin out
