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

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# target fuzzes one target. On a busy machine the Go tool can run out of its own time while it stops its workers, and then
# calls that a failure; nothing was found, and it tries once more.
target() {
	local try
	for try in 1 2; do
		go test -run '^$' -fuzz "^$2\$" -fuzztime "$time" -fuzzminimizetime 10x "$1" 2>&1 | tee "$log"
		[ "${PIPESTATUS[0]}" -ne 0 ] || return 0
		grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log" || return 1
		[ "$try" = 2 ] || echo "the Go tool ran out of time while stopping; once more"
	done
	return 1
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
	target "$package" "$name" || broken="$broken
  $package $name"
done <<<"$list"
[ -z "$broken" ] || {
	echo "fuzz: broken targets:$broken"
	exit 1
}
echo "fuzz: $count targets, $time each, nothing broken"
