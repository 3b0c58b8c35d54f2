"""`jobsup simulate`: on traces of all kinds, on what a pool had to do, and with that pool's own policy."""

import json
import subprocess
import xml.etree.ElementTree

from harness import BUILD, until
from scaling_scene import ScalingScene, scaled
from test_scaling_limits import QUICK


def simulate(*arguments: str, **options) -> subprocess.CompletedProcess:
    """Without a daemon."""
    return subprocess.run([BUILD / "jobsup", "simulate", *arguments], capture_output=True, text=True, timeout=120, **options)


def reports(*arguments: str, **options) -> list[dict]:
    result = simulate(*arguments, "--json", **options)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["reports"]


class Simulate(ScalingScene):
    def trace(self, end: str = "\n", beginning: int = 0) -> str:
        lines = ["arrival_seconds,service_seconds", *(f"{beginning + i / 4},1.5" for i in range(400)), ""]
        return end.join(lines)

    def test_a_trace_is_played_whatever_its_lines_and_times_look_like(self):
        expected = reports("--trace", "-", input=self.trace())
        self.assertGreaterEqual({report["policy"] for report in expected}, {"target wait", "thresholds", "Horizon"})
        self.assertEqual({report["jobs"] for report in expected}, {400})
        for text in [self.trace("\r\n"), self.trace(beginning=1_700_000_000)]:
            self.assertEqual(reports("--trace", "-", input=text), expected)

    def test_every_figure_is_a_number_also_without_work(self):
        for report in reports("--trace", "-", "--min", "0", input="0,0\n"):
            self.assertGreaterEqual(report["cost"], 1, report["policy"])

    def test_a_fixed_number_is_played_beside_the_policies_of_the_benchmark(self):
        arguments = ["--policy", "fixed=8", "--policy", "in_flight_backlog", "--policy", "hpa_of_one"]
        played = reports("--trace", "-", *arguments, input=self.trace())
        self.assertEqual([r["policy"] for r in played], ["fixed, 8", "in flight + backlog", "HPA/KEDA, 1 a worker"])
        self.assertEqual((played[0]["changes"], played[0]["miss_share"]), (1, 0))
        refused = simulate("--trace", "-", "--policy", "fixed=80", input=self.trace())
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("the pool may have 1 to 50 workers, not 80", refused.stderr)

    def test_the_same_seed_is_the_same_run_and_another_is_another(self):
        arguments = ["--workload", "spikes", "--policy", "target_wait"]
        first = reports(*arguments, "--seed", "7")
        self.assertEqual(reports(*arguments, "--seed", "7"), first)
        self.assertNotEqual(reports(*arguments, "--seed", "8"), first)

    def test_pictures_and_the_trace_are_written(self):
        daemon = self.daemon({"py": scaled()})
        pictures, trace = daemon.directory / "pictures", daemon.directory / "trace.csv"
        made = reports("--workload", "batch", "--policy", "target_wait", "--svg", str(pictures), "--save-trace", str(trace))
        root = xml.etree.ElementTree.parse(pictures / "target_wait.svg").getroot()
        self.assertTrue(root.tag.endswith("svg"))
        self.assertEqual(len(trace.read_text().splitlines()), made[0]["jobs"] + 1)

    def test_what_is_wrong_is_said_with_its_line(self):
        result = simulate("--trace", "-", input="1,2\nx,2\n")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("line 2: 'x' is no number of seconds", result.stderr)
        self.assertIn("cannot read /nowhere", simulate("--trace", "/nowhere").stderr)

    def test_a_pool_s_own_policy_and_history_are_played(self):
        eager = {**QUICK, "cooldown": {"up": "1s", "down": "1s"}}
        daemon = self.daemon({"eager": {**scaled(8, **eager), "queues": ["eager"]}, "lazy": {**scaled(8), "queues": ["lazy"]}})
        trace = daemon.directory / "trace.csv"
        trace.write_text(self.trace())

        def waits(pool: str, *more: str) -> float:
            return daemon.json("simulate", "--pool", pool, *more, "--policy", "thresholds")["reports"][0]["wait_p95"]

        # The one asks for workers as soon as two jobs wait, the other once there are a hundred.
        self.assertLess(waits("eager", "--trace", str(trace)) * 3, waits("lazy", "--trace", str(trace)))
        self.enqueue_many(daemon, 20, 0.1, queue="eager")
        until(lambda: self.finished(daemon) == {"completed": 20}, "all are done")
        played = daemon.json("simulate", "--pool", "eager", "--from-history", "1h", "--policy", "target_wait")["reports"][0]
        self.assertEqual(played["jobs"], 20)
        self.assertIn("had no jobs", daemon.jobsup("simulate", "--pool", "lazy", "--from-history", "1h", check=False).stderr)
