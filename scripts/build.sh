#!/usr/bin/env bash
# Builds bin/airbridge.
set -eu
cd "$(dirname "$0")/.." || exit 1

# The revision goes into the program where git can tell it; a checkout owned by somebody else, as in a container, cannot.
stamp=true
git rev-parse HEAD >/dev/null 2>&1 || stamp=false

# The first build compiles the C side of the FFmpeg bindings, which takes about a minute: say so.
[ -e bin/airbridge ] || echo "building bin/airbridge (a first build takes a minute or two)" >&2
exec go build -buildvcs="$stamp" -o bin/airbridge ./cmd/airbridge
