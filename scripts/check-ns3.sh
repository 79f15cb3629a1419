#!/usr/bin/env bash
# Compares netem/wifi with ns-3's 802.11ax: a table with limits and verdicts, exit code 1 where a line fails.
#
#   scripts/check-ns3.sh                                 clean, 3 stations x 15 Mbit/s, 5 x 25 (about 5 minutes on an idle machine)
#   scripts/check-ns3.sh --all                           all cases (about 15 minutes)
#   scripts/check-ns3.sh --stas=7 --bg=12 --mcs=7        a case of one's own, with the options of scripts/ns3/vr_wifi.cc
#   scripts/check-ns3.sh --seeds 10 --fresh              more seeds; forgets what earlier runs of ns-3 gave
#
# Results of ns-3 are kept in out/ns3/runs. docs/wifi.md says what the limits mean.
set -eu
cd "$(dirname "$0")/.." || exit 1

arguments=()
for argument in "$@"; do
	case $argument in
	--fresh) rm -rf out/ns3/runs ;;
	*) arguments+=("$argument") ;;
	esac
done

# What an older program measured is not what this one would.
[ out/ns3/vr_wifi -nt scripts/ns3/vr_wifi.cc ] || rm -rf out/ns3/runs
scripts/ns3/build.sh
mkdir -p bin
go build -o bin/ns3-compare ./scripts/ns3/compare
exec bin/ns3-compare --jobs "$(nproc)" "${arguments[@]+"${arguments[@]}"}"
