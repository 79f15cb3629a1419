#!/usr/bin/env bash
# Compares the two laboratories: for each family of scenarios and each seed the event lab and the real UDP shells over a
# virtual network must leave the same trace. Then builds the event lab with one rule altered (what arrives at an instant comes after
# the tick, not before it) and expects the comparison to fail: it would notice.
#
#   scripts/worlds.sh [SEEDSxSECONDS]    default 10x60, about ten minutes
set -eu
cd "$(dirname "$0")/.." || exit 1
length=${1:-10x60}

echo "worlds: $length a family"
AIRBRIDGE_WORLDS=$length CGO_ENABLED=0 go test -count=1 -timeout 60m -v -run 'TestBothLabsAgree' ./sim/vnet | grep -E '^ *(--- |ok|FAIL|PASS|seed|agree_test)|parts at|lab$|UDP$'

echo "worlds: with a rule altered, the labs must part"
if CGO_ENABLED=0 go test -count=1 -tags altered_order -timeout 10m -run 'TestBothLabsAgree' ./sim/vnet >/dev/null 2>&1; then
	echo "worlds: an altered rule went unnoticed" >&2
	exit 1
fi
echo "worlds: the labs agree, and an altered rule is noticed"
