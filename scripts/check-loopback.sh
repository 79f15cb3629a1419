#!/usr/bin/env bash
# Compares the event lab with sessions over loopback sockets of this machine: a table with intervals and verdicts, exit code
# 1 where a median or a 90th percentile of loopback lies further than a hundredth of a frame outside of what the lab says, or a
# tail a tenth, where two runs were quiet.
# About a minute and a half.
#
#   scripts/check-loopback.sh                            1080p at 72 fps and 50 Mbit/s: 5 runs of 10 s
#   scripts/check-loopback.sh -bitrate 20M -length 20s   another bitrate, longer runs
#   scripts/check-loopback.sh -seeds 50 -runs 9          more of both
#   scripts/check-loopback.sh -samples 0                 judge by the fitted PC, measure nothing between the runs
#
# The lab plays this machine as it is measured before, between and after the runs, and beside it, told only, the PC that was
# fitted with sim/wake/fit and sim/loopback/fit. On a virtual machine whose host shares its processors, what a wake-up takes
# changes by a factor of three within seconds: some lines miss their interval by some microseconds in most runs, which the
# table says ("near").
set -eu
cd "$(dirname "$0")/.." || exit 1
mkdir -p bin
go build -o bin/loopback-check ./sim/loopback/check
exec bin/loopback-check "$@"
