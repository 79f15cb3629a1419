#!/usr/bin/env bash
# Runs every fuzz target of the module for a while each: scripts/fuzz.sh [TIME] [PATTERN of packages].
# Input that breaks a target is kept by the Go tool in the package's testdata/fuzz, where it becomes a test.
set -eu
cd "$(dirname "$0")/.." || exit 1

time=${1:-30s}
pattern=${2:-./...}

# One line a target: package, then name.
targets() {
	local package dir files
	go list -f '{{.ImportPath}} {{.Dir}} {{join .TestGoFiles " "}} {{join .XTestGoFiles " "}}' "$pattern" |
		while read -r package dir files; do
			[ -n "$files" ] || continue
			# shellcheck disable=SC2086 # files is a list of names without spaces
			(cd "$dir" && sed -n "s|^func \(Fuzz[A-Za-z0-9_]*\)(.*|$package \1|p" $files)
		done
}

list=$(targets)
[ -n "$list" ] || {
	echo "no fuzz targets in $pattern"
	exit 0
}
count=0
broken=""
while read -r package name; do
	count=$((count + 1))
	echo "-- $package $name"
	go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 10x "$package" || broken="$broken
  $package $name"
done <<<"$list"
[ -z "$broken" ] || {
	echo "fuzz: broken targets:$broken"
	exit 1
}
echo "fuzz: $count targets, $time each, nothing broken"
