#!/usr/bin/env bash
# Compares the event lab with a session over loopback sockets of this machine: a table with intervals and verdicts, exit
# code 1 where a median or a 90th percentile of loopback lies outside of what the lab says. About a minute.
#
#   scripts/check-loopback.sh                            1080p at 72 fps and 50 Mbit/s: 5 runs of 10 s
#   scripts/check-loopback.sh -bitrate 20M -length 20s   another bitrate, longer runs
#   scripts/check-loopback.sh -seeds 50 -runs 9          more of both
#
# The lab plays the PC that was measured with sim/wake/fit and sim/loopback/fit; another machine wants its own tables. The
# right to use the real-time class (CAP_SYS_NICE) is part of that PC.
set -eu
cd "$(dirname "$0")/.." || exit 1
mkdir -p bin
go build -o bin/loopback-check ./sim/loopback/check
exec bin/loopback-check "$@"
