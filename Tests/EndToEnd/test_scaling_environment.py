"""The variables of the environment that say how a running daemon scales."""

import unittest

from harness import Daemon, python_pool, until
from scaling_scene import ScalingScene

AUTO = {"processes": "auto", "concurrency": 1}


class ScalingEnvironment(ScalingScene):
    def explain(self, daemon: Daemon, name: str) -> dict:
        return daemon.json("scale", "explain", name)

    def test_every_name_reaches_the_pools(self):
        daemon = self.daemon(
            {
                "default": python_pool(**AUTO),
                "critical": python_pool(**AUTO, **{"class": "critical"}),
                "background": python_pool(**AUTO, **{"class": "background"}),
                "own": python_pool(
                    processes={"min": 0, "max": 9},
                    scaling={"enabled": True, "up": {"queue_depth": 77}, "cooldown": {"down": "9s"}}),
            },
            {
                "ENABLE_AUTO_SCALING": "1",
                "SCALE_UP_QUEUE_DEPTH": "44", "SCALE_DOWN_QUEUE_DEPTH": "33",
                "SCALE_UP_QUEUE_LATENCY": "60", "SCALE_DOWN_QUEUE_LATENCY": "7s",
                "SCALE_UP_CPU_THRESHOLD": "85", "SCALE_DOWN_CPU_THRESHOLD": "35%",
                "SCALE_UP_MEMORY_THRESHOLD": "90", "SCALE_DOWN_MEMORY_THRESHOLD": "45",
                "SCALE_UP_COOLDOWN": "30", "SCALE_DOWN_COOLDOWN": "2m",
                "MIN_WORKERS": "2", "MAX_WORKERS": "6", "CRITICAL_MIN_WORKERS": "3", "CRITICAL_MAX_WORKERS": "40",
                "BACKGROUND_MIN_WORKERS": "0", "BACKGROUND_MAX_WORKERS": "4",
            },
            # What the environment says wins over this.
            scaling={"up": {"queue_depth": 5000}, "default": {"max_workers": 8}},
        )  # fmt: skip
        up = {"queue_depth": 44, "queue_latency_seconds": 60, "cpu_fraction": 0.85, "memory_fraction": 0.9}
        down = {"queue_depth": 33, "queue_latency_seconds": 7, "cpu_fraction": 0.35, "memory_fraction": 0.45}
        for name, least, most in (("default", 2, 6), ("critical", 3, 40), ("background", 0, 4)):
            explained = self.explain(daemon, name)
            self.assertEqual(
                (explained["policy"], explained["class"], explained["min"], explained["max"]),
                ("thresholds", name, least, most))
            self.assertEqual(
                explained["rules"], {"up": up, "down": down, "up_cooldown_seconds": 30, "down_cooldown_seconds": 120})
            self.has_workers(daemon, least, name)
        # What a pool says for itself wins over the environment.
        explained = self.explain(daemon, "own")
        self.assertEqual((explained["policy"], explained["min"], explained["max"]), ("thresholds", 0, 9))
        self.assertEqual(
            explained["rules"],
            {"up": {**up, "queue_depth": 77}, "down": down, "up_cooldown_seconds": 30, "down_cooldown_seconds": 9})

    def test_they_are_acted_on(self):
        daemon = self.daemon({"py": python_pool(**AUTO)}, {
            "SCALE_UP_QUEUE_DEPTH": "2", "SCALE_DOWN_QUEUE_DEPTH": "1", "SCALE_UP_CPU_THRESHOLD": "off",
            "SCALE_DOWN_CPU_THRESHOLD": "off", "SCALE_UP_MEMORY_THRESHOLD": "off", "SCALE_DOWN_MEMORY_THRESHOLD": "off",
            "SCALE_UP_COOLDOWN": "100ms", "SCALE_DOWN_COOLDOWN": "100ms", "MIN_WORKERS": "0", "MAX_WORKERS": "3",
        })  # fmt: skip
        rules = self.explain(daemon, "py")["rules"]
        self.assertEqual({side: rules[side].keys() & {"cpu_fraction", "memory_fraction"} for side in ("up", "down")},
                         {"up": set(), "down": set()})
        self.has_workers(daemon, 0)
        self.enqueue_many(daemon, 80, 0.25)
        until(lambda: self.pool(daemon)["wanted"] == 3, lambda: f"3 workers; {self.history(daemon)}")
        until(lambda: self.finished(daemon) == {"completed": 80}, "all are done")
        self.has_workers(daemon, 0)
        self.assertEqual(max(decision["to"] for decision in self.history(daemon)), 3)

    def test_scaling_is_turned_off_but_where_a_pool_asks_for_it(self):
        quick = {"up": {"queue_depth": 2}, "down": {"queue_depth": 1}, "cooldown": {"up": "100ms"}}
        bounds = {"min": 1, "max": 3}
        daemon = self.daemon(
            {
                "fixed": python_pool(processes=bounds, concurrency=1, queues=["fixed"], scaling=quick),
                "own": python_pool(processes=bounds, concurrency=1, queues=["own"], scaling={**quick, "enabled": True}),
            },
            {"ENABLE_AUTO_SCALING": "false"},
        )  # fmt: skip
        self.assertEqual((self.explain(daemon, "fixed")["policy"], self.explain(daemon, "own")["policy"]), ("fixed", "thresholds"))
        self.assertNotIn("rules", self.explain(daemon, "fixed"))
        for queue in ("fixed", "own"):
            self.enqueue_many(daemon, 100, 0.25, queue=queue)
        # Both have as much to do: by the time that one has three, the other would have more than one.
        until(lambda: self.pool(daemon, "own")["wanted"] == 3, lambda: f"3 workers; {self.history(daemon, 'own')}")
        self.assertGreater(self.explain(daemon, "fixed")["seen"]["queue_depth"], 1)
        self.assertEqual((self.pool(daemon, "fixed")["wanted"], self.history(daemon, "fixed")), (1, []))

    def test_a_wrong_value_names_its_variable_and_an_unknown_name_is_warned_of(self):
        daemon = Daemon({"py": python_pool(**AUTO)}, environment={"SCALE_UP_CPU_THRESHOLD": "0.75"})
        self.addCleanup(daemon.remove)
        daemon.start(wait=False)
        self.assertEqual(daemon.process.wait(60), 78)
        self.assertIn("environment SCALE_UP_CPU_THRESHOLD: scaling.up.cpu: '0.75' is not a part from 1% to 100%", daemon.tail())
        daemon.environment = {"SCALE_UP_QUEUE_DEPHT": "1"}
        daemon.start()
        self.assertIn("environment SCALE_UP_QUEUE_DEPHT: is not a setting and has no effect; did you mean SCALE_UP_QUEUE_DEPTH?",
                      daemon.log.read_text())


if __name__ == "__main__":
    unittest.main()
