#!/usr/bin/env bash
# Measures the data path: trace, wire format, packets, jitter buffer, streamer and client cores, and UDP over loopback
# beside iperf3. Arguments go to `go test`, for example: scripts/bench.sh -count 5 -benchtime 2s
set -eu
cd "$(dirname "$0")/.." || exit 1

# The codec and the tools of measurement are not the data path; `go test -bench . ./internal/...` measures those.
packages=$(go list -f '{{.ImportPath}} {{.Dir}} {{join .TestGoFiles " "}} {{join .XTestGoFiles " "}}' \
	./machine/... ./protocol/... ./streamer/... ./client/... ./transport/... |
	while read -r package dir files; do
		[ -n "$files" ] || continue
		# shellcheck disable=SC2086 # files is a list of names without spaces
		(cd "$dir" && grep -qs '^func Benchmark' $files) && echo "$package"
	done) || true
[ -n "$packages" ] || {
	echo "no benchmarks found" >&2
	exit 1
}

echo "This machine: $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg). Close what else runs: figures move with it."
# One package at a time, so that none measures the others' load.
# shellcheck disable=SC2086 # packages is a list
exec go test -p 1 -run '^$' -bench . -benchmem -timeout 30m "$@" $packages
