# Payload: the room Systemd against a real systemd and its journal, by a service that does nothing else.
# Arguments: which build is tested, debug or release.
set -u
. "$(dirname "$0")/checks.sh"
build=.build/$1

install -D -m 755 "$build/SystemdProbe" /usr/libexec/probe
cp systemd/catalog/jobsup.catalog /usr/lib/systemd/catalog/
journalctl --update-catalog

cat > /etc/systemd/system/probe.service <<UNIT
[Unit]
StartLimitIntervalSec=0
[Service]
Type=notify
NotifyAccess=main
ExecStart=/usr/libexec/probe serve 4
ExecReload=/bin/kill -HUP \$MAINPID
WatchdogSec=2
Restart=on-failure
RestartSec=100ms
TimeoutStopSec=2
UNIT
for unit in entries redirected; do
    printf '[Service]\nType=oneshot\nExecStart=/usr/libexec/probe log\n' > /etc/systemd/system/$unit.service
done
echo StandardError=file:/run/redirected.txt >> /etc/systemd/system/redirected.service
systemctl daemon-reload

systemctl start probe
check "start waits for READY=1" '[ "$(systemctl is-active probe)" = active ]'
check "STATUS= is shown" 'systemctl status --no-pager probe | grep -q "Status: \"2 pools, 3 jobs\""'
systemctl reload probe
eventually "reload: RELOADING=1, READY=1" '[ "$(property probe StatusText)" = reloaded ] && [ "$(systemctl is-active probe)" = active ]'

# Entries and their fields.
systemctl start entries
log=$(entries -u entries)
field() { echo "$log" | python3 -c '
import json, sys
for line in sys.stdin:
    entry = json.loads(line) if line.strip() else {}
    if entry.get("MESSAGE") == sys.argv[1]:
        print(entry.get(sys.argv[2]))' "$1" "$2"; }
check "metadata becomes fields" '[ "$(field "job requeued" JOBSUP_JOB_ID)-$(field "job requeued" JOBSUP_POOL)-$(field "job requeued" JOBSUP_WORKER)-$(field "job requeued" JOBSUP_JOB_TYPE)-$(field "job requeued" JOBSUP_QUEUE)-$(field "job requeued" JOBSUP_ATTEMPT)" = 4711-mail-mail-3-send_mail-default-2 ]'
check "a value keeps its lines" '[ "$(field "job requeued" JOBSUP_REASON)" = $'"'"'killed by SIGKILL\nsecond line'"'"' ]'
check "entries have the program's name" '[ "$(field "job requeued" SYSLOG_IDENTIFIER)" = probe ]'
check "levels become priorities" '[ "$(for level in debug info notice warning error critical; do field "level $level" PRIORITY; done | tr "\n" " ")" = "7 6 5 4 3 2 " ]'
check "an entry is found by a field" '[ "$(journalctl -o cat --no-pager JOBSUP_JOB_ID=4711)" = "job requeued" ]'
check "a huge value is cut, not lost" '[ "$(field big JOBSUP_REASON | wc -c)" -gt 30000 ]'
check "the unit is known" '[ "$(field "job requeued" _SYSTEMD_UNIT)" = entries.service ]'
explained=$(journalctl -x --no-pager -u entries)
check "the catalog explains an entry, filled in" 'grep -q "The job 4711 (send_mail, queue default) lost its" <<< "$explained" && grep -q "worker mail-3 in attempt 2:" <<< "$explained"'
check "every id is in the built catalog" '[ "$(journalctl --list-catalog $(sed -n "s/^-- //p" systemd/catalog/jobsup.catalog) | wc -l)" = "$(grep -c "^-- " systemd/catalog/jobsup.catalog)" ]'
systemctl start redirected
check "text on a redirected standard error" 'grep -q "Z warning  job requeued attempt=2 job=4711" /run/redirected.txt && [ -z "$(entries -u redirected _COMM=probe)" ]'

# The watchdog.
main=$(property probe MainPID)
sleep 5
check "a fed watchdog is quiet" '[ "$(property probe MainPID)" = "$main" ] && [ "$(property probe NRestarts)" = 0 ]'
kill -STOP "$main"
eventually "a hung service is killed and started again" '[ "$(property probe NRestarts)" -ge 1 ] && [ "$(systemctl is-active probe)" = active ]'
check "by the watchdog" 'journalctl --sync; journalctl -u probe -o cat --no-pager | grep -q "Watchdog timeout"'

# The stop takes 4 s, the unit allows 2.
begin=$(now)
systemctl stop probe
check "EXTEND_TIMEOUT_USEC keeps a long stop alive" '[ "$(property probe Result)" = success ] && awk -v a="$begin" -v b="$(now)" "BEGIN { exit !(b - a > 3.5) }"'
check "it said its last word" 'journalctl --sync; journalctl -u probe -o cat --no-pager | grep -qx stopped'

summary probe
