# Payload: control groups with all controllers, in units that a real systemd has delegated.
set -u
. /host/tests/checks.sh
probe=/host/bin/ProcessHostProbe
units=/etc/systemd/system
# Programs of other users must reach the files of the build.
install -D -m 755 -t /usr/local/lib/probe /host/bin/*
probe=/usr/local/lib/probe/ProcessHostProbe

# unit NAME PROBES [SETTING…]
unit() {
    local name=$1 probes=$2
    shift 2
    {
        printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\n'
        printf 'ExecStart=%s groups %s\nStandardOutput=append:/tmp/%s\n' "$probe" "$probes" "$name"
        for setting in "$@"; do echo "$setting"; done
    } > $units/$name.service
    # systemd must not create the file before another user writes to it.
    : > /tmp/$name
    systemctl daemon-reload
}
# said NAME WORD: what followed the word in the last line that began with it.
said() { sed -n "s/^$2 //p" "/tmp/$1" | tail -n 1; }
below() { find "/sys/fs/cgroup/system.slice/$1.service" -mindepth 1 -type d 2> /dev/null | wc -l; }

unit plain "own machine" Type=oneshot OOMPolicy=continue TimeoutStartSec=infinity
systemctl start plain
check "without Delegate=yes the group is left alone" '[[ "$(said plain unavailable)" == *"not delegated"* ]] && [ "$(said plain own)" = plain.service ]'
check "without groups the machine's want of memory is noticed" '[ "$(said plain machine-cause)" = "signal(9, coreDumped: false)" ] && [ "$(said plain machine-kills)" -ge 1 ] && [ "$(said plain machine-probably)" = true ]'

unit all "own escape bomb orphan memory oom high pids cpu user unsupported failures notify" Type=oneshot Delegate=yes TimeoutStartSec=infinity
systemctl start all
check "the probe came to its end" '[ "$(property all Result)" = success ] && [ "$(said all groups-left)" = 0 ]'
check "all controllers are enabled" '[ "$(said all controllers)" = cpu,io,memory,pids ]'
check "each process has a group" '[ "$(said all own)" = mail_3____x.1 ]'
check "killing a tree reaches who escaped by session, parent, user and marker" '[ "$(said all escape-before)-$(said all escape-after)" = 2-0 ]'
check "memory is that of the group" '[ "$(said all memory-source)" = controlGroup ] && [ "$(said all memory-mib)" -ge 80 ] && [ "$(said all memory-mib)" -lt 150 ]'
check "a process over memory.max is killed, and it is told why" '[ "$(said all oom-cause)" = "signal(9, coreDumped: false)" ] && [ "$(said all oom-kills)" -ge 1 ] && [ "$(said all oom-was)" = true ]'
check "its peak is told" '[ "$(said all oom-peak-mib)" -ge 60 ] && [ "$(said all oom-peak-mib)" -le 64 ]'
check "a child over memory.max takes its whole group along" '[ "$(said all oom-child-cause)" = "signal(9, coreDumped: false)" ] && [ "$(said all oom-child-was)" = true ]'
check "memory.high slows down, and kills nobody" '[[ "$(said all high)" =~ ^high\ [1-9].*max\ 0$ ]] && [ "$(said all high-oom)" = 0 ] && [ "$(said all high-cause)" = "code(0)" ]'
check "pids.max is met and counted" '[ "$(said all pids)" = 10 ] && [ "$(said all pids-hits)" -ge 1 ]'
check "CPU share and quota are set" '[ "$(said all cpu)" = "50 150000 100000" ]'
check "the program's user cannot write to the group" '[ "$(said all user)" = 65534 ] && ! grep -q "^user \(wrote\|made\|moved\)" /tmp/all'
check "a descendant without a marker is heard" '[ "$(said all notify)" = "found by its group" ]'
check "only io.weight may be missing" '[[ "$(said all unsupported)" =~ ^(io.weight)?$ ]]'

unit user "own escape orphan oom pids" Type=oneshot Delegate=yes User=daemon TimeoutStartSec=infinity
chown daemon /tmp/user
systemctl start user
check "a daemon without rights has groups as well" '[ "$(said user controllers)" = cpu,io,memory,pids ] && [ "$(said user own)" = mail_3____x.1 ]'
check "… kills trees" '[ "$(said user escape-before)-$(said user escape-after)" = 2-0 ]'
check "… tells of want of memory" '[ "$(said user oom-was)" = true ]'
check "… and leaves no group" '[ "$(said user groups-left)" = 0 ]'

# restarts NAME: kill -9 for the daemon, and everything is as new. Only when systemd ends what is left (not with KillMode=process):
# otherwise it cannot even start the daemon again in a group that shares out controllers.
restarts() {
    local main escaped
    systemctl start "$1"
    eventually "$1: it serves" '[ -n "$(said '"$1"' serving)" ]' 60
    main=$(said "$1" serving)
    escaped=$(sed -n 's/^escaped //p' "/tmp/$1")
    kill -9 "$main"
    eventually "$1: after kill -9 it is started again" '[ "$(said '"$1"' serving)" != '"$main"' ] && [ "$(systemctl is-active '"$1"')" = active ]' 60
    check "$1: nothing of the first is left" '! kill -0 '"${escaped//$'\n'/ }"' 2> /dev/null'
    check "$1: the second has its groups" '[ "$(grep -c "^delegated" /tmp/'"$1"')" = 2 ] && [ "$(said '"$1"' controllers)" = cpu,io,memory,pids ] && [ "$(below '"$1"')" = 4 ]'
    systemctl stop "$1"
    eventually "$1: stopped, its group is gone" '[ ! -e /sys/fs/cgroup/system.slice/'"$1"'.service ]'
}
unit mixed serve Delegate=yes KillMode=mixed Restart=on-failure RestartSec=100ms
restarts mixed

unit cost cost Type=oneshot Delegate=yes TimeoutStartSec=infinity
systemctl start cost
echo "a start and its end: $(said cost cost-without-us) µs without a group, $(said cost cost-with-us) µs with one, $(said cost cost-limits-us) µs with limits"
summary all user
