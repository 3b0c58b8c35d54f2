# Payload: `jobsup logs` and `jobsup job logs` against the journal of a real systemd.
# Arguments: which build is installed, debug or release.
set -u
. "$(dirname "$0")/checks.sh"
. "$(dirname "$0")/jobs.sh"

make --no-print-directory install CONFIGURATION="$1" > /tmp/install 2>&1 || { cat /tmp/install; exit 1; }
install -D -m 644 -t /srv/app Tests/SystemTests/app/tasks.py
cat > /etc/jobsup/conf.d/50-test.yaml <<YAML
pools:
  shell:
    kind: exec
    command: [/bin/sh, -c, 'read -r program; eval "\$program"']
    queues: [shell]
    processes: 4
YAML
systemctl start supervisor
run_shell() { printf '%s\n' "$1" > /tmp/program; jobsup enqueue sh --raw --payload @/tmp/program --queue shell --json | pick task_id; }

check "the daemon says that its log is in the journal, and under which unit" '[ "$(jobsup status --json | python3 -c "import json, sys; log = json.load(sys.stdin)[\"log\"]; print(log[\"kind\"], log[\"unit\"])")" = "journal supervisor.service" ]'
job=$(run_shell 'echo the first line >&2; echo "paid job=99" >&2; until [ -e /var/lib/jobsup/go-on ]; do sleep 0.1; done; echo the last line >&2')
other=$(run_shell 'echo of another one >&2')
eventually "another job is done" 'completed "$other"'
timeout 90 jobsup job logs "$job" --follow > /tmp/followed &
following=$!
eventually "a job is followed while it runs" 'grep -q "paid job=99" /tmp/followed && [ "$(job "$job" status)" = processing ] && kill -0 $following'
touch /var/lib/jobsup/go-on
wait $following
code=$?
check "following a job ends with it" '[ $code = 0 ] && completed "$job"'
check "with all that it wrote" 'grep -q "job $job: the first line" /tmp/followed && grep -q "job $job: paid job=99" /tmp/followed && grep -q "job $job: the last line" /tmp/followed'
check "and nothing of others" '! grep -q "another one" /tmp/followed'
check "no journalctl is left" '! pgrep -x journalctl'
journalctl --sync
check "jobsup job logs" '[ "$(jobsup job logs "$job" --json | grep -c "\"stream\":\"stderr\"")" = 3 ]'
check "the journal's own program finds the same" '[ "$(entries -u supervisor JOBSUP_JOB_ID="$job" JOBSUP_POOL=shell JOBSUP_QUEUE=shell JOBSUP_STREAM=stderr | grep -c .)" = 3 ]'
check "a worker's words are left as they are" 'entries -u supervisor JOBSUP_JOB_ID="$job" | grep -q "\"MESSAGE\":\"paid job=99\""'
check "the process is the worker's own" '[ "$(jobsup job logs "$job" --json | python3 -c "import json, sys; print(len({json.loads(line)[\"fields\"][\"pid\"] for line in sys.stdin if \"stream\" in line}))")" = 1 ]'
check "by pool, the last two" '[ "$(jobsup logs --pool shell -n 2 | grep -c .)" = 2 ]'
check "by level" 'jobsup logs --since 1h | grep -q "is ready" && ! jobsup logs --level error --since 1h | grep -q "is ready"'
# Whoever writes the daemon's fields is not the daemon.
printf 'SYSLOG_IDENTIFIER=jobsupd\nJOBSUP_JOB_ID=%s\nMESSAGE=forged\n' "$job" | logger --journald
journalctl --sync
check "an entry of somebody else is in the journal" 'journalctl --no-pager "JOBSUP_JOB_ID=$job" | grep -q forged'
check "and not shown" '! jobsup job logs "$job" | grep -q forged'
as_member() { setpriv --reuid=nobody --regid=nogroup --groups=jobsup "$@"; }
as_member jobsup logs > /tmp/member 2>&1
code=$?
check "who may not read the journal is told what to do" '[ $code = 66 ] && grep -q systemd-journal /tmp/member'
# As the boot of a whole system does.
chgrp -R systemd-journal /run/log/journal && chmod -R g+rX /run/log/journal
check "a reader of the journal may" 'setpriv --reuid=nobody --regid=nogroup --groups=jobsup,systemd-journal jobsup job logs "$job" | grep -q "the last line"'

printf 'log: {file: /var/lib/jobsup/jobsup.log}\n' > /etc/jobsup/conf.d/60-log.yaml
systemctl restart supervisor
filed=$(run_shell 'echo to the file >&2')
eventually "with a file that is named, the log is there" 'jobsup job logs "$filed" | grep -q "to the file" && grep -q "to the file" /var/lib/jobsup/jobsup.log'
check "and not in the journal" 'journalctl --sync; ! journalctl --no-pager -u supervisor | grep -q "to the file"'

summary supervisor
