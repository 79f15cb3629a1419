#!/usr/bin/env bash
# Builds vr_wifi and p2p_cbr into out/ns3, after installing ns-3.37 and a compiler where they are missing.
#
#   scripts/ns3/build.sh
set -eu
cd "$(dirname "$0")/../.." || exit 1

say() { printf 'ns-3: %s\n' "$*" >&2; }

# as_root COMMAND...: runs it as root.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@"; }

install() {
	local packages="" log
	[ -e /usr/include/ns3/wifi-module.h ] || packages="libns3-dev"
	command -v "${CXX:-g++}" >/dev/null 2>&1 || packages="$packages g++"
	[ -n "$packages" ] || return 0
	say "installing what is missing: $packages"
	command -v apt-get >/dev/null 2>&1 || {
		say "there is no apt-get here. Debian 12 has libns3-dev 3.37; elsewhere build ns-3.37 and put its headers into /usr/include/ns3."
		return 1
	}
	log=$(mktemp)
	# shellcheck disable=SC2086 # packages is a list
	apt install -y -qq --no-install-recommends $packages >"$log" 2>&1 ||
		{ apt update -qq >"$log" 2>&1 && apt install -y -qq --no-install-recommends $packages >"$log" 2>&1; } || {
		tail -n 12 "$log" >&2
		say "apt-get could not install $packages (its last words are above)."
		rm -f "$log"
		return 1
	}
	rm -f "$log"
}

# program NAME LIBRARY...: builds scripts/ns3/NAME.cc unless what is there is newer.
program() {
	local name=$1
	shift
	[ "out/ns3/$name" -ot "scripts/ns3/$name.cc" ] || [ ! -x "out/ns3/$name" ] || return 0
	say "building $name"
	"${CXX:-g++}" -O2 -std=c++17 -Wall "scripts/ns3/$name.cc" -o "out/ns3/$name.new" "${@/#/-lns3-}"
	mv "out/ns3/$name.new" "out/ns3/$name"
}

install
mkdir -p out/ns3
program vr_wifi core network internet applications wifi mobility
program p2p_cbr core network internet applications point-to-point
