#!/usr/bin/env bash
# Packets a second of ns-3's point-to-point link and of our bare link, UDP at a constant rate, in turns on the same machine.
# Exit code 1 where ours is not at least 15 times as fast.
#
#   scripts/bench-ns3.sh [--seconds N]
set -eu
cd "$(dirname "$0")/.." || exit 1

scripts/ns3/build.sh
mkdir -p bin
go build -o bin/ns3-barelink ./scripts/ns3/barelink
exec bin/ns3-barelink "$@"
