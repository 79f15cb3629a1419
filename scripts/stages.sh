# shellcheck shell=bash
# Sourced by test.sh and check.sh: runs stages one after another, all of them even when one does not pass, and says at
# the end what became of each. A stage is a command; its output is shown as it comes.

summary=""
failed=0

# stage NAME COMMAND...
stage() {
	local name=$1 start=$SECONDS word=passed
	shift
	printf '\n== %s\n' "$name"
	"$@" || {
		word=FAILED
		failed=1
	}
	summary="$summary
$(printf '  %-7s %5ds  %s' "$word" $((SECONDS - start)) "$name")"
}

# finish WHAT: prints the summary and exits, 0 where every stage passed.
finish() {
	printf '\n%s in %d s:%s\n' "$1" "$SECONDS" "$summary"
	if [ "$failed" -ne 0 ]; then
		echo "$1: FAILED"
		exit 1
	fi
	echo "$1: all passed"
}
