"""The HTTP API as another program sees it: bytes over its Unix socket."""

import base64
import http.client
import json
import socket
import time
import unittest

from harness import DEADLINE, Daemon, until


class HTTP(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(
            {
                "echo": {"kind": "exec", "command": ["/bin/cat"], "queues": ["default"]},
                "parked": {"kind": "exec", "command": ["/bin/cat"], "queues": ["parked"], "processes": 0},
                "other": {"kind": "exec", "command": ["/bin/cat"], "queues": ["other"], "processes": 0},
            },
        ).start()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.remove()

    def send(self, method: str, path: str, body=None) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("jobsup", timeout=DEADLINE)
        self.addCleanup(connection.close)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(DEADLINE)
        connection.sock.connect(str(self.daemon.runtime / "api.sock"))
        connection.request(method, path, body if body is None or isinstance(body, bytes) else json.dumps(body).encode())
        response = connection.getresponse()
        return response, response.read()

    def ask(self, method: str, path: str, body=None) -> dict:
        response, data = self.send(method, path, body)
        self.assertLess(response.status, 300, data)
        return json.loads(data)

    def refused(self, status: int, code: str, method: str, path: str, body=None) -> tuple[str, str]:
        """What the daemon says against the request, and what to do."""
        response, data = self.send(method, path, body)
        self.assertEqual(response.status, status, f"{method} {path} {body}: {data[:500]}")
        error = json.loads(data)["error"]
        self.assertEqual(error["code"], code, error)
        return error["message"], error["hint"]

    def parked(self, payload: str) -> str:
        task = b'{"type":"t","queue":"parked","payload":' + payload.encode() + b"}"
        return self.ask("POST", "/api/tasks", task)["task_id"]

    def test_a_payload_keeps_its_bytes(self):
        for payload in ["1.0", "12345678901234567890", '{"z":1,"a":[ 1 , 2.50 ]}', '"\\u00e9é"', "null", "1e400"]:
            _, data = self.send("GET", f"/api/tasks/{self.parked(payload)}")
            self.assertIn(f'"payload":{payload}'.encode(), data)
            json.loads(data)

    def test_a_result_keeps_its_bytes(self):
        payload = '{"z": 1.0, "a": 12345678901234567890}'
        id = self.ask("POST", "/api/tasks", f'{{"type":"t","payload":{payload}}}'.encode())["task_id"]
        self.assertEqual(self.ask("GET", f"/api/tasks/{id}?wait=60s")["status"], "completed")
        _, data = self.send("GET", f"/api/tasks/{id}")
        self.assertIn(f'"result":{payload}'.encode(), data)

    def test_bytes_that_are_no_json_come_in_base64(self):
        for bytes in [b"\xff\x00", b'"\xff"', b"{nonsense", b"[" * 600 + b"]" * 600]:
            encoded = base64.b64encode(bytes).decode()
            id = self.ask("POST", "/api/tasks", {"type": "t", "queue": "parked", "payload_base64": encoded})["task_id"]
            job = self.ask("GET", f"/api/tasks/{id}")
            self.assertEqual((job.get("payload_base64"), job.get("payload")), (encoded, None))

    def test_depth_costs_nothing_and_is_bounded(self):
        for depth in (500, 511):
            id = self.parked("[" * depth + "]" * depth)
            start = time.monotonic()
            _, data = self.send("GET", f"/api/tasks/{id}")
            self.assertLess(time.monotonic() - start, 10)
            self.assertIn(b"[" * depth + b"]" * depth, data)
            self.assertEqual(self.daemon.job(id)["status"], "queued")
        self.refused(400, "bad_json", "POST", "/api/tasks", b'{"type":"t","payload":' + b"[" * 512 + b"]" * 512 + b"}")

    def test_wrong_parameters_are_refused(self):
        for path, code, name, hint in [
            ("/api/tasks?status=failed", "unknown_parameter", "'status'", "did you mean 'state'?"),
            ("/api/tasks?state=faild", "bad_state", "'state'", "did you mean 'failed'?"),
            ("/api/tasks?before=abc", "bad_before", "'before'", "last id"),
            ("/api/tasks?before=-1", "bad_before", "'before'", "last id"),
            ("/api/tasks?limit=xyz", "bad_limit", "'limit'", "1 to 1000"),
            ("/api/tasks?limit=0", "bad_limit", "'limit'", "1 to 1000"),
            ("/api/tasks?limit=1001", "bad_limit", "'limit'", "1 to 1000"),
            ("/api/tasks?limit=1&limit=2", "bad_limit", "'limit'", "once"),
            ("/api/tasks/1?wiat=30s", "unknown_parameter", "'wiat'", "did you mean 'wait'?"),
            ("/api/tasks/1?wait=soon", "bad_wait", "'wait'", "30s"),
            ("/api/status?verbose", "unknown_parameter", "'verbose'", "takes none"),
            ("/api/queues/default?x=1", "unknown_parameter", "'x'", "takes none"),
        ]:
            message, said = self.refused(400, code, "GET", path)
            self.assertIn(name, message)
            self.assertIn(hint, said)
        self.refused(400, "unknown_parameter", "POST", "/api/tasks?delay=10s", {"type": "t"})

    def test_wrong_fields_are_refused(self):
        for fields in [
            {"max_attempts": 2.9}, {"timeout": 0.0001}, {"timeout": -0.0001}, {"delay": 0.0001}, {"run_at": "0x10"},
            {"run_at": 16000000000000}, {"run_at": "506713-01-01T00:00:00Z"}, {"run_at": "2026-02-30T00:00:00Z"},
            {"delay": "3000000d"},
        ]:
            (name,) = fields
            message, hint = self.refused(400, "bad_field", "POST", "/api/tasks", {"type": "t", **fields})
            self.assertIn(f"'{name}'", message)
            self.assertIn(name, hint)
        for body in [{"type": "t", "run_at": 1, "delay": 1}, {"type": "t", "payload": 1, "payload_base64": "AAH/"}]:
            self.refused(400, "bad_field", "POST", "/api/tasks", body)
        message, _ = self.refused(400, "unknown_field", "POST", "/api/tasks/batch", {"tasks": [], "queue": "x"})
        self.assertIn("'queue'", message)

    def test_wrong_wishes_to_scale_are_refused(self):
        for body, code, word in [
            ({"processes": 1, "by": 1}, "unknown_field", "'by'"),
            ({"proceses": 1}, "unknown_field", "'proceses'"),
            ({"processes": 1, "change": 1}, "bad_field", "'change'"),
            ({"processes": 1.5}, "bad_field", "'processes'"),
            ({}, "missing_field", "'processes'"),
            ({"processes": 1, "auto": True}, "bad_field", "'auto'"),
            ({"processes": 1, "min": 1}, "bad_field", "'min'"),
            ({"auto": True, "for": "1h"}, "bad_field", "'for'"),
            ({"auto": "true"}, "bad_field", "'auto' must be true or false"),
            ({"processes": 1, "dry_run": 1}, "bad_field", "'dry_run'"),
            ({"processes": 1, "for": "soon"}, "bad_field", "'for'"),
            ({"min": 3, "max": 2}, "out_of_bounds", "above the greatest"),
            ({"change": 1000}, "out_of_bounds", "its bounds are"),
        ]:
            message, _ = self.refused(400, code, "POST", "/api/pools/echo/scale", body)
            self.assertIn(word, message)
        self.assertEqual(self.ask("GET", "/api/pools/parked")["wanted"], 0)

    def test_a_pool_is_scaled_and_tells_of_it(self):
        path = "/api/pools/other"
        before = self.ask("GET", path)
        self.assertEqual((before["scaling"], before.get("manual")), ("fixed", None))
        would = self.ask("POST", f"{path}/scale", {"change": 2, "dry_run": True})
        self.assertEqual((would["from"], would["to"], would["dry_run"]), (0, 2, True))
        self.assertEqual((self.ask("GET", path)["wanted"], self.ask("GET", f"{path}/scaling/history")), (0, {"decisions": []}))

        done = self.ask("POST", f"{path}/scale", {"processes": 2, "for": "1h"})
        self.assertEqual((done["from"], done["to"], done["dry_run"], done["pool"]["wanted"]), (0, 2, False, 2))
        manual = done["pool"]["manual"]
        self.assertEqual((manual["processes"], manual.keys()), (2, {"processes", "until", "who"}))
        scaling = self.ask("GET", f"{path}/scaling")
        self.assertEqual((scaling["policy"], scaling["manual"], scaling["decision"]["rule"]), ("fixed", manual, "manual"))
        self.assertEqual(self.ask("POST", f"{path}/scale", {"auto": True})["pool"]["wanted"], 0)
        # The history is written behind the answer.
        until(lambda: len(self.ask("GET", f"{path}/scaling/history")["decisions"]) == 2, "both are on disk")
        [back, there] = self.ask("GET", f"{path}/scaling/history")["decisions"]
        self.assertEqual((back["from"], back["to"], back["rule"], back.get("who")), (2, 0, "configured", manual["who"]))
        self.assertEqual((there["from"], there["to"], there["rule"], there["who"]), (0, 2, "manual", manual["who"]))
        self.assertEqual(self.ask("GET", f"{path}/scaling/history?limit=1")["decisions"], [back])

    def test_jobs_that_have_been_are_told_for_a_simulation(self):
        before = time.time()
        self.ask("POST", "/api/tasks", {"type": "t", "payload": 1, "key": "past"})
        until(lambda: self.ask("GET", "/api/pools/echo/past-jobs")["jobs"], "one has been")
        past = self.ask("GET", "/api/pools/echo/past-jobs?seconds=3600")
        self.assertNotIn("after", past)
        at, seconds = past["jobs"][-1]
        self.assertAlmostEqual(at, before, delta=60)
        self.assertTrue(0 <= seconds < 60)

    def test_wrong_questions_about_scaling_are_refused(self):
        for path in ("scaling", "scaling/history", "past-jobs"):
            self.refused(404, "unknown_pool", "GET", f"/api/pools/nobody/{path}")
        for query, code in [
            ("scaling?limit=1", "unknown_parameter"), ("scaling/history?limit=0", "bad_limit"),
            ("scaling/history?limit=1001", "bad_limit"), ("past-jobs?seconds=soon", "bad_seconds"),
            ("past-jobs?limit=5", "unknown_parameter"),
        ]:
            self.refused(400, code, "GET", f"/api/pools/echo/{query}")

    def test_wrong_methods_are_told_the_right_ones(self):
        for method, path, allowed in [
            ("PUT", "/api/tasks", {"GET", "POST"}),
            ("POST", "/api/tasks/1", {"GET", "DELETE"}),
            ("PATCH", "/api/tasks/1?x=1", {"GET", "DELETE"}),
            ("GET", "/api/tasks/batch", {"POST"}),
            ("DELETE", "/api/status", {"GET"}),
            ("GET", "/api/pools/echo/scale", {"POST"}),
        ]:
            response, data = self.send(method, path)
            self.assertEqual((response.status, json.loads(data)["error"]["code"]), (405, "wrong_method"), (method, path))
            self.assertEqual(set(response.headers["Allow"].split(", ")), allowed)
        response, data = self.send("HEAD", "/api/tasks")
        self.assertEqual((response.status, data), (405, b""))
        self.refused(404, "http_404", "GET", "/api/nothing")
        self.refused(404, "http_404", "PUT", "/nothing")

    def test_pages_hold_what_was_asked_for(self):
        ids = [self.parked(str(n)) for n in range(4)]
        page = self.ask("GET", "/api/tasks?queue=parked&state=queued&limit=2")["tasks"]
        self.assertEqual([job["task_id"] for job in page], ids[:1:-1])
        page = self.ask("GET", f"/api/tasks?queue=parked&limit=2&before={ids[2]}")["tasks"]
        self.assertEqual([job["task_id"] for job in page], ids[1::-1])
        self.assertFalse(any("payload" in job or "payload_base64" in job for job in page))

    def test_a_wait_ends_with_the_job(self):
        id = self.ask("POST", "/api/tasks", {"type": "t", "payload": 1})["task_id"]
        self.assertEqual(self.ask("GET", f"/api/tasks/{id}?wait=1h")["status"], "completed")
        waiting = self.parked("1")
        self.assertEqual(self.ask("GET", f"/api/tasks/{waiting}?wait=50ms")["status"], "queued")


if __name__ == "__main__":
    unittest.main()
