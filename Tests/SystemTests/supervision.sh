# Payload: workers under the service `supervisor`: control groups, notifications, logs, reload, rollout.
# Arguments: which build is installed, debug or release.
set -u
. "$(dirname "$0")/checks.sh"
. "$(dirname "$0")/jobs.sh"
configuration=$1
group=/sys/fs/cgroup/system.slice/supervisor.service

check "make install" 'make --no-print-directory install CONFIGURATION="$configuration" > /tmp/install 2>&1 || { cat /tmp/install; false; }'
install -D -m 644 -t /srv/app Tests/SystemTests/app/tasks.py
install -m 640 -g jobsup Tests/SystemTests/app/supervision.yaml /etc/jobsup/conf.d/50-test.yaml
systemctl start supervisor
eventually "all workers are ready" '[ "$(pool naps ready)-$(pool beacon ready)-$(pool keeper ready)" = 2-1-1 ]'
pid_of() { jobsup pool "$1" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["workers"][0]["pid"])'; }

# ---- Control groups

check "the status says by what workers are held to their limits" 'jobsup status | grep -q "^limits a control group for each, below $group"'
check "each worker has a group of its own" '[ "$(cat /proc/$(pid_of keeper)/cgroup | grep -o "supervisor.service/[^ ]*" | grep -c keeper)" = 1 ]'
check "and the daemon one as well: nothing is in the inner group" '[ -z "$(cat $group/cgroup.procs)" ] && grep -q "supervisor.service/" "/proc/$(property supervisor MainPID)/cgroup"'
escaped=$(pgrep -f 'sleep 7654')
kill -KILL "$(pid_of keeper)"
eventually "a descendant that has left group and session dies with its worker" '[ -n "$escaped" ] && ! kill -0 $escaped 2> /dev/null'
eventually "the worker is replaced" '[ "$(pool keeper ready)" = 1 ]'

# ---- Notifications

eventually "what a worker says of itself is shown" 'jobsup pool beacon --json | grep -q "\"status\":\"serving\""'
check "systemd-notify from a child is heard" 'jobsup pool beacon | grep -q serving'

# ---- Logs

talk=$(enqueue talk '{"text": "a word of job one"}' --queue naps)
eventually "a job talks" 'completed "$talk"'
eventually "its line is found by its id" 'entries -u supervisor JOBSUP_JOB_ID="$talk" | grep "a word of job one" | grep -q "\"JOBSUP_QUEUE\":\"naps\""'
check "jobsup job logs" 'jobsup job logs "$talk" | grep -q "a word of job one"'
check "jobsup logs --pool" 'jobsup logs --pool naps | grep -q "a word of job one"'

# ---- Reload

naps=$(pid_of naps)
sed -i 's/sleep 8000/sleep 8001/' /etc/jobsup/conf.d/50-test.yaml
check "systemctl reload" 'systemctl reload supervisor'
eventually "the changed pool is rolled out" 'tr "\\0" " " < "/proc/$(pid_of changing)/cmdline" | grep -q "sleep 8001"'
check "the others go on" '[ "$(pid_of naps)" = "$naps" ]'
check "the unit is active" '[ "$(systemctl is-active supervisor)" = active ]'
echo 'poools: {}' > /etc/jobsup/conf.d/99-wrong.yaml
check "a wrong file fails the reload" '! systemctl reload supervisor 2> /dev/null'
check "says why in the journal" 'journalctl --sync; journalctl -u supervisor -o cat --no-pager | grep "99-wrong.yaml" | grep -q poools'
check "and changes nothing" '[ "$(pid_of naps)" = "$naps" ] && [ "$(systemctl is-active supervisor)" = active ]'
rm /etc/jobsup/conf.d/99-wrong.yaml

# ---- Rollout

check "jobsup rollout" 'jobsup rollout keeper > /tmp/rollout 2>&1 || { cat /tmp/rollout; false; }'
check "brings a new generation" '[ "$(pool keeper generation)" = 2 ]'

# ---- The daemon dies

main=$(property supervisor MainPID)
left=$(pgrep -u jobsup | sort)
kill -KILL "$main"
eventually "killed with its workers in groups of their own, it starts again" '[ "$(property supervisor MainPID)" != "$main" ] && [ "$(systemctl is-active supervisor)" = active ] && [ "$(pool keeper ready)" = 1 ]'
check "and nothing of the first is left" '[ -z "$(comm -12 <(echo "$left") <(pgrep -u jobsup | sort))" ]'

# ---- Stopping

mkdir -p /etc/systemd/system/supervisor.service.d
printf '[Service]\nTimeoutStopSec=2\n' > /etc/systemd/system/supervisor.service.d/test.conf
systemctl daemon-reload
long=$(enqueue nap '{"name": "long", "until": "/var/lib/jobsup/rested"}' --queue naps)
eventually "a job runs" 'grep -q "begin long" /var/lib/jobsup/naps'
begin=$(now)
systemctl stop supervisor &
eventually "STATUS= names the job that the stop waits for" 'property supervisor StatusText | grep -q "job $long (nap) in naps-"'
eventually "twice the time is over that the unit's TimeoutStopSec= allows" 'awk -v a="$begin" -v b="$(now)" "BEGIN { exit !(b - a > 4) }"'
touch /var/lib/jobsup/rested
wait $!
check "it was waited for" '[ "$(property supervisor Result)" = success ] && grep -q "end long" /var/lib/jobsup/naps'
check "no process is left, and no group" '[ ! -e $group ] || [ -z "$(find $group -name cgroup.procs -exec cat {} +)" ]'

summary supervisor
