# Sourced by the payloads: one line for each check, and at the end the journal when one has failed.
# The conditions are bash, evaluated in the payload.

passed=0
failed=0

now() { date +%s.%N; }

last=$(now)
# took: sets `took` to the time since this was called last, when it is worth mentioning.
took() {
    local before=$last
    last=$(now)
    took=$(awk -v a="$before" -v b="$last" 'BEGIN { if (b - a >= 1) printf " (%.1f s)", b - a }')
}

# check NAME CONDITION
check() {
    local so=0 took
    eval "$2" || so=1
    took
    if [ $so = 0 ]; then
        passed=$((passed + 1))
        echo "ok   $1$took"
    else
        failed=$((failed + 1))
        echo "FAIL $1$took"
        echo "     not so: $2"
    fi
}

# eventually NAME CONDITION [SECONDS]: the condition holds at last; 60 s is the deadline when none is given.
eventually() {
    if await "$2" "${3:-60}"; then check "$1" true; else check "$1" "$2"; fi
}

# await CONDITION SECONDS
await() {
    local deadline=$((SECONDS + $2))
    until eval "$1"; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.05
    done
}

# property UNIT NAME: a property of a unit, as systemd has it.
property() { systemctl show --property="$2" --value "$1"; }

# entries MATCH…: journal entries as JSON, one in a line, long values too; all that was written before this.
entries() { journalctl --sync; journalctl --no-pager --all --output=json "$@"; }

# summary [UNIT…]: says how it went, shows the journal on failure, ends the payload.
summary() {
    journalctl --sync
    if [ "$failed" -gt 0 ]; then
        echo "---- journal"
        journalctl --no-pager --output=short-precise --lines=400
        for unit in "$@"; do
            echo "---- $unit"
            systemctl status --no-pager --lines=0 "$unit"
        done
        echo "---- $failed of $((passed + failed)) checks FAILED"
        exit 1
    fi
    echo "---- $passed checks passed"
    exit 0
}
