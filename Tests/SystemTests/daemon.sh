# Payload: the installed daemon as the service `supervisor`, from installing to removing it.
# Arguments: which build is installed, debug or release.
set -u
. "$(dirname "$0")/checks.sh"
. "$(dirname "$0")/jobs.sh"
configuration=$1
group=/sys/fs/cgroup/system.slice/supervisor.service

install_it() { make --no-print-directory install CONFIGURATION="$configuration" "$@"; }

# ---- Installing

units=/etc/systemd/system
mkdir -p $units
printf '[Service]\nExecStart=/usr/bin/true\n' > $units/supervisor.service
check "installing refuses beside another supervisor.service" '! install_it > /tmp/refused 2>&1 && grep -q "supervisor.service belongs to something else" /tmp/refused && [ ! -e /usr/bin/jobsupd ]'
rm $units/supervisor.service
cp /var/lib/dpkg/status /tmp/dpkg-status
printf '\nPackage: supervisor\nStatus: install ok installed\nMaintainer: test\nArchitecture: all\nVersion: 4.2.5-1\nDescription: test\n\n' >> /var/lib/dpkg/status
check "installing refuses beside the package supervisor" '! install_it > /tmp/refused 2>&1 && grep -q "package .supervisor. is installed" /tmp/refused && [ ! -e /usr/bin/jobsupd ]'
cp /tmp/dpkg-status /var/lib/dpkg/status

check "make install" 'install_it > /tmp/install 2>&1 || { cat /tmp/install; false; }'
check "the unit is sound" 'systemd-analyze verify --man=no supervisor.service'
check "the unit is hardened: exposure of at most 4.0" 'systemd-analyze security --offline=yes --threshold=40 /usr/lib/systemd/system/supervisor.service > /tmp/security'
tail -n 1 /tmp/security
check "the configuration is for the daemon and its group alone" '[ "$(stat -c "%a %U %G" /etc/jobsup/jobsup.yaml)" = "640 root jobsup" ]'

# ---- With the configuration as it comes

systemctl start supervisor
check "systemctl start waits until the daemon is ready" '[ "$(systemctl is-active supervisor)" = active ] && jobsup status > /dev/null'
check "the example pool does a job" '[ "$(jobsup enqueue digest --payload "\"hello\"" --wait | grep -o "[0-9a-f]\{64\}")" = "$(printf "\"hello\"" | sha256sum | cut -d" " -f1)" ]'
eventually "STATUS= shows pools and jobs" 'property supervisor StatusText | grep "example" | grep -q "jobs"'
as_member() { setpriv --reuid=nobody --regid=nogroup --groups=jobsup "$@"; }
as_stranger() { setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }
check "a member of the group jobsup may ask" 'as_member jobsup status > /dev/null'
as_stranger timeout 5 jobsup status > /tmp/stranger 2>&1
code=$?
check "a stranger may not, and is told so at once" '[ $code != 0 ] && [ $code != 124 ]'
check "a second daemon is refused" '! setpriv --reuid=jobsup --regid=jobsup --clear-groups timeout 20 jobsupd > /tmp/second 2>&1 && grep -q "another jobsupd" /tmp/second'
check "and the first goes on" 'jobsup status > /dev/null && [ "$(property supervisor NRestarts)" = 0 ]'

# ---- Jobs

install -D -m 644 -t /srv/app Tests/SystemTests/app/tasks.py
install -m 640 -g jobsup Tests/SystemTests/app/pools.yaml /etc/jobsup/conf.d/50-test.yaml
systemctl restart supervisor
eventually "two Python workers are ready" '[ "$(pool naps ready)" = 2 ]'
jobs=()
for number in 1 2 3 4 5 6 7 8 9 10; do jobs+=("$(enqueue nap "{\"name\": \"short-$number\", \"seconds\": 0}" --queue naps)"); done
eventually "Python workers do jobs" 'all_completed "${jobs[@]}"'
seen=$(enqueue environment '{}' --queue naps)
eventually "the environment of a Python worker arrives" 'completed "$seen"'
listing=$(enqueue environment '{}' --queue programs)
eventually "exec workers do jobs" 'completed "$listing"'
withheld='/run/systemd/notify|WATCHDOG_|LISTEN_|FDSTORE|INVOCATION_ID|JOURNAL_STREAM|CREDENTIALS_DIRECTORY'
check "nothing of the service manager's reaches a Python worker" 'result "$seen" | grep -q JOBSUP_WORKER && ! result "$seen" | grep -E "$withheld"'
check "nor an exec worker" 'result "$listing" | grep -q JOBSUP_JOB_ID= && ! result "$listing" | grep -E "$withheld"'

check "jobsup scale" 'jobsup scale naps 4'
eventually "four workers are ready" '[ "$(pool naps ready)" = 4 ]'
jobsup scale naps -2
eventually "two are left after -2" '[ "$(pool naps actual)" = 2 ]'

# ---- The journal

failing=$(enqueue fail '{"word": "lemon"}' --queue naps --max-attempts 1)
eventually "a failing job fails" '[ "$(job "$failing" status)" = failed ]'
message_id() { grep -B 1 -A 99 "^-- " systemd/catalog/jobsup.catalog | sed -n "/^-- /{s/-- //;h};/^Subject: $1/{g;p}"; }
scaled=$(message_id 'The pool .* was scaled')
failed_id=$(message_id 'The job .* has failed')
check "events have an id and fields" '[ "$(entries -u supervisor MESSAGE_ID="$failed_id" JOBSUP_JOB_ID="$failing" JOBSUP_QUEUE=naps JOBSUP_JOB_TYPE=fail | grep -c .)" = 1 ]'
check "scaling is found by its id and pool" '[ "$(entries -u supervisor MESSAGE_ID="$scaled" JOBSUP_POOL=naps | grep -c .)" = 2 ]'
check "what a worker writes has its pool and worker" 'entries -u supervisor JOBSUP_POOL=naps | grep "about to fail: lemon" | grep -q "\"JOBSUP_WORKER\":\"naps-"'
check "journalctl -x explains the failure" 'journalctl -x --no-pager -u supervisor | grep -q "The job $failing (fail, queue naps) has failed in"'
check "every entry of the daemon has its name" '! entries -u supervisor _COMM=jobsupd | grep -v "\"SYSLOG_IDENTIFIER\":\"jobsupd\""'

# ---- A worker dies

victim=$(enqueue nap '{"name": "victim", "until": "/var/lib/jobsup/go-on"}' --queue naps)
eventually "a job runs" 'grep -q "begin victim" /var/lib/jobsup/naps'
kill -KILL "$(worker_of "$victim")"
eventually "its worker is killed, and it begins again" '[ "$(grep -c "begin victim" /var/lib/jobsup/naps)" = 2 ]'
touch /var/lib/jobsup/go-on
eventually "it is completed" 'completed "$victim"'
check "with the cause in its record" 'jobsup job "$victim" --json | grep -q SIGKILL'
check "and in the journal" '[ "$(entries -u supervisor MESSAGE_ID="$(message_id "The job .* goes back")" JOBSUP_JOB_ID="$victim" | grep -c .)" = 1 ]'

# ---- Stopping

long=$(enqueue nap '{"name": "long", "until": "/var/lib/jobsup/rested"}' --queue naps)
eventually "a job runs" 'grep -q "begin long" /var/lib/jobsup/naps'
check "daemon and workers are in the unit's group" '[ "$(find $group -name cgroup.procs -exec cat {} + | grep -c .)" -ge 3 ] && [ "$(pgrep -c -u jobsup)" -ge 3 ]'
systemctl stop supervisor &
stopping=$!
eventually "STATUS= says that the daemon drains" 'property supervisor StatusText | grep -q drain'
# Longer than any step of a stop that does not wait.
sleep 3
check "systemctl stop waits for it" 'kill -0 $stopping && ! grep -q "end long" /var/lib/jobsup/naps'
touch /var/lib/jobsup/rested
wait $stopping
check "and no longer" 'grep -q "end long" /var/lib/jobsup/naps'
check "the stop is a success" '[ "$(property supervisor Result)" = success ]'
check "no process is left in the unit's group" '[ ! -e $group ] || [ -z "$(find $group -name cgroup.procs -exec cat {} +)" ]'
check "nor anywhere else" '[ -z "$(pgrep -u jobsup)" ]'
systemctl start supervisor
check "the job is completed, once" 'completed "$long" && [ "$(grep -c "begin long" /var/lib/jobsup/naps)" = 1 ]'

hasty=$(enqueue nap '{"name": "hasty", "seconds": 30}' --queue naps)
eventually "a job of 30 s runs" 'grep -q "begin hasty" /var/lib/jobsup/naps'
begin=$(now)
systemctl stop supervisor &
eventually "the daemon drains" 'property supervisor StatusText | grep -q drain'
systemctl kill --kill-whom=main --signal=TERM supervisor
wait $!
check "a second SIGTERM cuts it off" 'awk -v a="$begin" -v b="$(now)" "BEGIN { exit !(b - a < 15) }" && ! grep -q "end hasty" /var/lib/jobsup/naps'
systemctl start supervisor
eventually "the job runs again, and has used no attempt" '[ "$(grep -c "begin hasty" /var/lib/jobsup/naps)" = 2 ] && [ "$(job "$hasty" attempt)-$(job "$hasty" crashes)" = 1-0 ]'
jobsup job cancel "$hasty"
eventually "it can be cancelled" '[ "$(job "$hasty" status)" = cancelled ]'

# ---- The daemon dies

eventually "workers are back" '[ "$(pool naps ready)" = 2 ]'
orphan=$(enqueue nap '{"name": "orphan", "until": "/var/lib/jobsup/adopted"}' --queue naps)
eventually "a job runs when the daemon is killed" 'grep -q "begin orphan" /var/lib/jobsup/naps'
before=$(pgrep -u jobsup | sort)
kill -KILL "$(property supervisor MainPID)"
eventually "the daemon is started again" '[ "$(property supervisor NRestarts)" = 1 ] && [ "$(systemctl is-active supervisor)" = active ]'
check "no worker outlived it" '[ -z "$(comm -12 <(echo "$before") <(pgrep -u jobsup | sort))" ]'
touch /var/lib/jobsup/adopted
eventually "its job runs again" 'completed "$orphan"'
check "from the beginning" '[ "$(grep -c "begin orphan" /var/lib/jobsup/naps)-$(grep -c "end orphan" /var/lib/jobsup/naps)" = 2-1 ]'

# ---- The daemon hangs

mkdir -p /etc/systemd/system/supervisor.service.d
printf '[Service]\nWatchdogSec=3\nTimeoutAbortSec=2\n' > /etc/systemd/system/supervisor.service.d/test.conf
systemctl daemon-reload
systemctl restart supervisor
main=$(property supervisor MainPID)
sleep 7
check "a fed watchdog is quiet" '[ "$(property supervisor MainPID)" = "$main" ]'
kill -STOP "$main"
eventually "a daemon that hangs is killed and started again" '[ "$(property supervisor MainPID)" != "$main" ] && [ "$(systemctl is-active supervisor)" = active ]'
check "by the watchdog" 'journalctl --sync; journalctl -u supervisor -o cat --no-pager | grep -q "Watchdog timeout"'
after=$(enqueue nap '{"name": "after", "seconds": 0}' --queue naps)
eventually "and does jobs" 'completed "$after"'

# ---- Workers with users of their own

printf '[Service]\nUser=root\nCapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_KILL CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER\n' > /etc/systemd/system/supervisor.service.d/test.conf
cp Tests/SystemTests/app/users.yaml /etc/jobsup/conf.d/60-users.yaml
systemctl daemon-reload
systemctl restart supervisor
who=$(enqueue whoami '{}' --queue nobodies)
eventually "a pool's own user" 'completed "$who" && result "$who" | grep -q "uid=65534(nobody) gid=65534(nogroup) groups=65534(nogroup)"'

# ---- A configuration with an error

echo 'poools: {}' > /etc/jobsup/conf.d/99-wrong.yaml
systemctl restart supervisor 2> /dev/null
check "a wrong configuration is not tried again and again" '[ "$(systemctl is-active supervisor)" = failed ] && [ "$(property supervisor ExecMainStatus)" = 78 ]'
check "the journal says where it is" 'journalctl --sync; journalctl -u supervisor -o cat --no-pager | grep "99-wrong.yaml" | grep -q poools'
rm /etc/jobsup/conf.d/99-wrong.yaml
systemctl reset-failed supervisor
systemctl start supervisor

# ---- Removing

check "a daemon runs" 'pgrep -x jobsupd > /dev/null'
check "make uninstall" 'make --no-print-directory uninstall > /tmp/uninstall 2>&1 || { cat /tmp/uninstall; false; }'
check "it stops the daemon and leaves configuration and jobs" '! pgrep -x jobsupd > /dev/null && [ ! -e /usr/bin/jobsupd ] && [ -e /etc/jobsup/jobsup.yaml ] && [ -e /var/lib/jobsup/jobs.db ]'

# ---- Below /usr/local

rm -rf /etc/systemd/system/supervisor.service.d /etc/jobsup
check "make install PREFIX=/usr/local" 'install_it PREFIX=/usr/local > /tmp/install 2>&1 || { cat /tmp/install; false; }'
check "Python finds the library there" '(cd / && /usr/bin/python3 -c "import jobsup; print(jobsup.__file__)" | grep -q "^/usr/local/lib/")'
check "the catalog is found there" 'journalctl --list-catalog | grep -q "$failed_id"'
systemctl start supervisor
check "the daemon starts from there" '[ "$(systemctl is-active supervisor)" = active ] && readlink "/proc/$(property supervisor MainPID)/exe" | grep -qx /usr/local/bin/jobsupd'
check "the example pool does a job there" '/usr/local/bin/jobsup enqueue digest --payload "\"hello\"" --wait | grep -q "[0-9a-f]\{64\}"'
check "make uninstall PREFIX=/usr/local" 'make --no-print-directory uninstall PREFIX=/usr/local > /tmp/uninstall 2>&1 && [ ! -e /usr/local/bin/jobsupd ]'

summary supervisor
