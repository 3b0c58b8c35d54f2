# Payload: the daemon as the service `supervisor` with all controllers: limits, and want of memory told by worker and job.
set -u
. /host/tests/checks.sh
. /host/tests/jobs.sh
group=/sys/fs/cgroup/system.slice/supervisor.service
# The programs of the build are linked with the toolchain's libraries, which the hardened unit can reach as well.
install -D -m 755 -t /usr/local/lib/jobsup /host/bin/*
export PATH=/usr/local/lib/jobsup:$PATH
mkdir -p /etc/jobsup /srv/app
cp -r /host/jobsup /srv/app/
cat > /srv/app/tasks.py <<'TASKS'
import os, time
import jobsup

app = jobsup.App()

@app.task
def eat(mib):
    print(f"eating {mib} MiB", file=__import__("sys").stderr, flush=True)
    food = bytearray(mib << 20)
    for place in range(0, len(food), 4096): food[place] = 1
    return len(food)

@app.task
def breed(count):
    born = 0
    for _ in range(count):
        try:
            if os.fork() == 0:
                time.sleep(30)
                os._exit(0)
        except BlockingIOError:
            break
        born += 1
    return born
TASKS
cat > /etc/jobsup/jobsup.yaml <<'YAML'
pools:
  eaters:
    command: [/usr/bin/python3, -m, jobsup, worker, "tasks:app"]
    directory: /srv/app
    environment: {PYTHONPATH: /srv/app}
    processes: 1
    limits: {memory_max: 96MiB, pids_max: 12, cpu_weight: 50}
    recycle: {memory_soft: off, memory_hard: off}
    boot_timeout: 120s
  gentle:
    kind: service
    command: [/usr/bin/sleep, infinity]
    processes: 1
    limits: {memory_high: 64MiB, cpu_percent: 50, io_weight: 60}
types:
  eat: {max_attempts: 1}
YAML
sed 's#/usr/bin/jobsup#/usr/local/lib/jobsup/jobsup#; s/^User=.*//; s/^Group=.*//; s/^WatchdogSec=.*/WatchdogSec=300/' \
    /host/supervisor.service > /etc/systemd/system/supervisor.service
systemctl daemon-reload
systemctl start supervisor
check "the daemon starts" '[ "$(systemctl is-active supervisor)" = active ]'
eventually "a worker is ready" '[ "$(pool eaters ready)" = 1 ]' 120
check "it is held to its limits by control groups" 'jobsup status | grep -q "^limits a control group for each, below $group"'
check "its limits are written" '[ "$(cat $group/eaters-1.*/memory.max)-$(cat $group/eaters-1.*/pids.max)-$(cat $group/eaters-1.*/cpu.weight)" = 100663296-12-50 ]'
eventually "a service is ready" '[ "$(pool gentle ready)" = 1 ]' 60
check "so are those that slow it down" '[ "$(cat $group/gentle-1.*/memory.high)-$(cat $group/gentle-1.*/cpu.max)" = "67108864-50000 100000" ]'
if [ -e "$(echo $group/gentle-1.*/io.weight)" ]; then
    check "and that of its reading and writing" '[ "$(cat $group/gentle-1.*/io.weight)" = "default 60" ]'
fi

small=$(enqueue eat '{"mib": 5}')
eventually "a job within the limit is done" 'completed "$small"' 60
large=$(enqueue eat '{"mib": 300}')
eventually "one that takes more is quarantined at last" '[ "$(job "$large" status)" = failed ]' 240
check "with the cause" 'jobsup job "$large" --json | grep -q "\"cause\":\"quarantined\"" && jobsup job "$large" --json | grep -q OutOfMemory'
check "the worker's end is told: killed for want of memory, where, with which job and last words" 'jobsup pool eaters --json | python3 -c "
import json, sys
end = next(end for end in json.load(sys.stdin)[\"ends\"] if end[\"cause\"] == \"out_of_memory\")
assert end[\"message\"].startswith(\"was killed by the kernel for want of memory at \"), end
assert end[\"jobs\"] == [\"'"$large"'\"] and end[\"stderr\"][-1] == \"eating 300 MiB\", end
assert 80 << 20 <= end[\"peak_rss_bytes\"] <= 100 << 20, end"'
check "and in the journal" 'entries -u supervisor JOBSUP_CAUSE=out_of_memory JOBSUP_JOB_ID="$large" | grep -q "for want of memory"'
check "an OOM-killed worker does not stop the daemon" '[ "$(systemctl is-active supervisor)-$(property supervisor NRestarts)" = active-0 ]'
again=$(enqueue eat '{"mib": 5}')
eventually "and jobs are done as before" 'completed "$again"' 120

bred=$(enqueue breed '{"count": 50}')
eventually "a worker makes no more processes than it may" 'completed "$bred"' 120
check "as many as pids_max leaves" '[ "$(result "$bred")" -ge 1 ] && [ "$(result "$bred")" -le 11 ]'
systemctl stop supervisor
check "they are gone with the daemon" '[ "$(property supervisor Result)" = success ] && ! pgrep -f "jobsup worker" > /dev/null'
summary supervisor
