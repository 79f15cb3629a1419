#!/usr/bin/env bash
# Runs all tests: with FFmpeg (cgo), then without it, as on a machine that has no FFmpeg.
set -u
cd "$(dirname "$0")/.." || exit 1
. scripts/stages.sh

pure() { CGO_ENABLED=0 go "$@"; }

stage "vet" go vet ./...
stage "tests" env CGO_ENABLED=1 go test -timeout 5m ./...
stage "build without cgo" pure build -o /dev/null ./...
stage "tests without cgo" pure test -timeout 5m ./...
stage "an altered lab is noticed" scripts/worlds.sh altered
finish "make test"
