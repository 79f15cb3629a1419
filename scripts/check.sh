#!/usr/bin/env bash
# What a change must pass: format, a sentence for every dependency, vet, staticcheck, the import rules (tests of internal/archtest), unit tests with the race
# detector, 10 s of every fuzz target.
set -u
cd "$(dirname "$0")/.." || exit 1
. scripts/stages.sh

# Pinned, and fetched by the Go tool itself on first use.
gofumpt=mvdan.cc/gofumpt@v0.12.0
staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2

formatted() {
	local files
	files=$(go run "$gofumpt" -l .) || return 1
	[ -z "$files" ] || {
		printf 'not formatted (go run %s -w FILE):\n%s\n' "$gofumpt" "$files"
		return 1
	}
}

# explained: docs/dependencies.md has a sentence for every module of go.mod.
explained() {
	local module status=0
	while read -r module; do
		grep -qF "**$module" docs/dependencies.md || {
			echo "docs/dependencies.md says nothing of $module"
			status=1
		}
	done < <(sed -n 's/^\t\([^ ]*\) v.*/\1/p' go.mod)
	return "$status"
}

stage "format" formatted
stage "dependencies" explained
stage "vet" go vet ./...
stage "staticcheck" go run "$staticcheck" ./...
stage "import rules" go test -count=1 ./internal/archtest
stage "tests with the race detector" env CGO_ENABLED=1 go test -race -timeout 10m ./...
stage "fuzz, 10 s a target" scripts/fuzz.sh 10s
finish "make check"
