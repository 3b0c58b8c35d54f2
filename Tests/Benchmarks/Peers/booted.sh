# Payload of Tests/SystemTests/boot: the benchmark beside the systemd that was booted for it.
# Arguments: the build that is measured, the environment with the peers of PyPI, options of peers.py.
export PEERS_BOOTED=1 JOBSUP_BUILD=$1 PEERS_VENV=$2
shift 2
exec python3 Tests/Benchmarks/Peers/peers.py --json "$@"
