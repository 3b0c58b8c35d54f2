# Sourced by daemon.sh: jobs and pools by the command `jobsup`.

# pick KEY: that member of the JSON document on standard input.
pick() { python3 -c 'import json, sys; print(json.load(sys.stdin).get(sys.argv[1]))' "$1"; }

# enqueue TYPE PAYLOAD OPTION…: the id of the new job
enqueue() {
    local type=$1 payload=$2
    shift 2
    jobsup enqueue "$type" --payload "$payload" --json "$@" | pick task_id
}

# job ID KEY
job() { jobsup job "$1" --json | pick "$2"; }

completed() { [ "$(job "$1" status)" = completed ]; }

all_completed() {
    local id
    for id in "$@"; do completed "$id" || return 1; done
}

# result ID: the bytes that the job left
result() {
    jobsup job "$1" --json | python3 -c '
import base64, json, sys
job = json.load(sys.stdin)
print(base64.b64decode(job["result_base64"]).decode() if "result_base64" in job else json.dumps(job.get("result")))'
}

# pool NAME KEY
pool() { jobsup pool "$1" --json | pick "$2"; }

# worker_of ID: the process that runs the job
worker_of() {
    jobsup worker --json | python3 -c '
import json, sys
for worker in json.load(sys.stdin)["workers"]:
    if any(job["task_id"] == sys.argv[1] for job in worker["jobs"]):
        print(worker["pid"])' "$1"
}
