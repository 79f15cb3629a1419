#!/usr/bin/env bash
# Makes this machine able to build and run Airbridge: Go is checked, everything else is installed where it is missing.
#
#   scripts/setup.sh              what `make build`, `make demo` and `make test` need
#   scripts/setup.sh PROGRAM...   the programs named too (iperf3, make)
#
# Prints nothing where all is there. Says what it installs and why before it does; asks apt for nothing that is there.
set -eu

cd "$(dirname "$0")/.." || exit 1

# The Go that go.mod asks for.
go_wanted_minor=26

# FFmpeg 5.1 carries libavcodec 59. The bindings (go-astiav v0.16.0) build on no other: docs/dependencies.md.
ffmpeg_wanted=5.1
avcodec_major=59
ffmpeg_parts="avcodec avformat avutil avfilter avdevice swscale swresample"

say() { printf 'setup: %s\n' "$*" >&2; }

die() {
	say "$1"
	shift
	[ $# -eq 0 ] || printf '       %s\n' "$@" >&2
	exit 1
}

# want PACKAGE REASON: notes that a package is to be installed.
packages=""
reasons=""
want() {
	packages="$packages $1"
	reasons="$reasons
         $(printf '%-22s' "$1") $2"
}

check_go() {
	# sudo drops /usr/local/go/bin from the path.
	if ! command -v go >/dev/null 2>&1 && [ -x /usr/local/go/bin/go ]; then
		PATH=$PATH:/usr/local/go/bin
	fi
	command -v go >/dev/null 2>&1 ||
		die "Go is missing: Airbridge needs Go 1.$go_wanted_minor or newer, and Debian 12's own is too old." \
			"Get it from https://go.dev/dl/ and put its bin directory into PATH, for example:" \
			"  curl -fsSL https://go.dev/dl/go1.$go_wanted_minor.0.linux-$(dpkg --print-architecture 2>/dev/null || echo amd64).tar.gz | sudo tar -xz -C /usr/local" \
			"  export PATH=\$PATH:/usr/local/go/bin"
	# Inside the module, so that a Go which fetches the toolchain that go.mod asks for counts as that toolchain.
	local found minor
	found=$(go env GOVERSION 2>/dev/null) || found=""
	minor=${found#go1.}
	minor=${minor%%[!0-9]*}
	if [ -z "$minor" ] || [ "$minor" -lt "$go_wanted_minor" ]; then
		die "$(go version 2>/dev/null || command -v go) is too old: Airbridge needs Go 1.$go_wanted_minor or newer." \
			"Get it from https://go.dev/dl/ and put its bin directory first in PATH."
	fi
}

check_compiler() {
	local cc=${CC:-gcc}
	if ! command -v "${cc%% *}" >/dev/null 2>&1; then
		want gcc "compiles the C side of the FFmpeg bindings"
		want libc6-dev "the C library's headers, for the same"
	elif ! echo '#include <stdlib.h>' | $cc -fsyntax-only -x c - >/dev/null 2>&1; then
		want libc6-dev "the C library's headers, for the FFmpeg bindings"
	fi
}

check_ffmpeg() {
	local part missing=""
	if ! command -v pkg-config >/dev/null 2>&1; then
		want pkg-config "tells the Go tool where FFmpeg is"
		# Without it, ask for all: what is there costs apt nothing.
		missing=$ffmpeg_parts
	else
		for part in $ffmpeg_parts; do
			pkg-config --exists "lib$part" || missing="$missing $part"
		done
		case "$missing" in *avcodec*) ;; *) check_ffmpeg_version "$(pkg-config --modversion libavcodec)" ;; esac
	fi
	for part in $missing; do
		want "lib$part-dev" "$(reason_of "$part")"
	done
}

reason_of() {
	case $1 in
	avcodec) echo "FFmpeg's encoders and decoders" ;;
	avformat) echo "FFmpeg's files and streams: file sources, recordings" ;;
	avutil) echo "FFmpeg's frames and devices" ;;
	avfilter) echo "FFmpeg's filter graphs: lavfi sources" ;;
	avdevice) echo "FFmpeg's capture devices: x11 sources" ;;
	swscale) echo "FFmpeg's colour conversion" ;;
	swresample) echo "FFmpeg's audio resampling, which the others link" ;;
	esac
}

# check_ffmpeg_version VERSION: of libavcodec as pkg-config says it.
check_ffmpeg_version() {
	[ "${1%%.*}" = "$avcodec_major" ] ||
		die "this machine has libavcodec $1; Airbridge builds on FFmpeg $ffmpeg_wanted (libavcodec $avcodec_major), which Debian 12 ships." \
			"Point PKG_CONFIG_PATH at an FFmpeg $ffmpeg_wanted, or use a Debian 12 container." "$(elsewhere)"
}

elsewhere() {
	cat <<-END
		Packages on other distributions, where they carry FFmpeg $ffmpeg_wanted: a C compiler, pkg-config and
		         Fedora, RHEL    gcc pkgconf-pkg-config ffmpeg-devel (from RPM Fusion)
		         openSUSE        gcc pkg-config ffmpeg-5-libavcodec-devel and its siblings
		         Alpine          gcc musl-dev pkgconf ffmpeg-dev
		         Arch            gcc pkgconf ffmpeg5.1 (AUR)
		       Everywhere: docker run --rm -v "\$PWD":/src -w /src golang:1.$go_wanted_minor-bookworm make demo
		       Without FFmpeg: CGO_ENABLED=0 go build ./... builds all but the codecs.
	END
}

# Go fetches modules over TLS; a minimal Debian has no certificates to check it with.
check_certificates() {
	[ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/pki/tls/certs/ca-bundle.crt ] || [ -e /etc/ssl/cert.pem ] ||
		[ -n "${SSL_CERT_FILE:-}${SSL_CERT_DIR:-}" ] || want ca-certificates "lets Go fetch its modules over TLS"
}

check_program() {
	command -v "$1" >/dev/null 2>&1 && return
	case $1 in
	iperf3) want iperf3 "the yardstick that make bench measures beside" ;;
	make) want make "runs the Makefile" ;;
	*) die "setup knows no program $1: only iperf3 and make" ;;
	esac
}

# as_root COMMAND...: runs it as root.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@"; }

candidate_of() { LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p'; }

# all_known: whether apt's lists offer every package wanted.
all_known() {
	local p
	for p in $packages; do
		case "$(candidate_of "$p")" in '' | '(none)') return 1 ;; esac
	done
}

# Debian writes 7:5.1.9-0+deb12u1 for FFmpeg 5.1.9.
check_candidate() {
	case "$packages" in *libavcodec-dev*) ;; *) return 0 ;; esac
	local version
	version=$(candidate_of libavcodec-dev)
	case "${version#*:}" in
	"$ffmpeg_wanted" | "$ffmpeg_wanted".* | "$ffmpeg_wanted"-*) ;;
	'' | '(none)') ;; # the installation will say it
	*) die "this system's packages hold FFmpeg $version; Airbridge builds on FFmpeg $ffmpeg_wanted, which Debian 12 ships." "$(elsewhere)" ;;
	esac
}

# quietly COMMAND...: keeps what it prints for the case that it fails.
quietly() { "$@" >"$log" 2>&1; }

# shellcheck disable=SC2086 # packages is a list
install_packages() { quietly apt install -y -qq --no-install-recommends $packages; }

# refresh: fetches apt's lists. What counts is that they offer what is wanted: a broken list of somebody else's is not ours.
refresh() {
	quietly apt update -qq -o APT::Update::Error-Mode=any || true
	all_known
}

# Old lists name files that are gone.
refresh_and_install() { refresh && install_packages; }

# again COMMAND...: once more after a pause: networks fail.
again() {
	say "apt-get did not manage; once more in 5 seconds"
	sleep 5
	"$@"
}

give_up() {
	tail -n 12 "$log" >&2
	die "apt-get could not install the packages (its last words are above). By hand:" "$command"
}

check_rights() {
	[ "$(id -u)" -ne 0 ] || return 0
	command -v sudo >/dev/null 2>&1 || die "neither root nor sudo here. Run this as root, then again what you ran now:" "$command"
	command="sudo sh -c '$command'"
	sudo -n true 2>/dev/null || [ -t 0 ] || die "sudo wants a password and there is nobody to ask. Run:" "$command"
}

install() {
	command="apt-get update && apt-get install -y --no-install-recommends$packages"
	say "installing what is missing:$reasons"
	command -v apt-get >/dev/null 2>&1 || die "there is no apt-get here, so nothing can be installed." "$(elsewhere)"
	check_rights
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	all_known || refresh || again refresh || give_up
	check_candidate
	install_packages || again refresh_and_install || give_up
	say "installed."
}

check_go
check_compiler
check_ffmpeg
check_certificates
for program in "$@"; do
	check_program "$program"
done
[ -z "$packages" ] || install
