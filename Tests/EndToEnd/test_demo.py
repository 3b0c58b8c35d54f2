"""The demo, on names that a shell, a line or JSON would trip over."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from harness import BUILD, ROOT

NASTY = [
    b"plain", b"with space", b"two\nlines\n", b"not utf-8 \xff\xfe", b"\xc3\xa4 \xe2\x86\x92", b"quotes'\"`$(id)", b"-dash",
    b"back\\slash", b"tab\tand\rreturn", b"trailing ", b"*", b"{json: [", b"empty",
]


class DemoTests(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="jobsup-demo-test-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)

    def directory(self, name: str, *files: bytes) -> pathlib.Path:
        directory = self.place / name
        directory.mkdir()
        for file in files:
            path = os.path.join(os.fsencode(directory), file)
            with open(path, "wb") as opened:
                opened.write(b"" if file == b"empty" else file * 100)
        return directory

    def demo(self, directory: pathlib.Path, *before: str) -> subprocess.CompletedProcess:
        command = [*before, sys.executable, str(ROOT / "Tests" / "Demo" / "demo.py"), "--build", str(BUILD), directory]
        return subprocess.run(command, capture_output=True, text=True, errors="backslashreplace", timeout=120)

    def assert_well(self, result: subprocess.CompletedProcess, files: int, execs: int = 1) -> None:
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn(f"all {files} digests agree, from {files} Python jobs and {execs} exec jobs", result.stdout)
        self.assertRegex(result.stdout, r"killed worker files-\d+ \(process \d+\) with SIGKILL while it ran job")
        self.assertRegex(result.stdout, r"was run again by files-\d+; its record: ")

    def test_nasty_names(self):
        directory = self.directory("a directory\nof two 'lines'", *NASTY)
        (directory / "deeper" / "still").mkdir(parents=True)
        (directory / "deeper" / "still" / "file").write_text("file")
        (directory / "link").symlink_to("plain")
        os.mkfifo(directory / "pipe")
        self.assert_well(self.demo(directory), len(NASTY) + 1)

    def test_one_file(self):
        self.assert_well(self.demo(self.directory("one", b"file")), 1)

    def test_one_empty_file(self):
        self.assert_well(self.demo(self.directory("one", b"empty")), 1)

    def test_200_files(self):
        self.assert_well(self.demo(self.directory("many", *(b"%d" % number for number in range(201)))), 201, 2)

    def test_what_may_not_be_read_is_left_out_and_counted(self):
        directory = self.directory("some", b"one", b"two", b"secret")
        (directory / "secret").chmod(0)
        (directory / "closed").mkdir(0)
        result = self.demo(directory, *without_the_rights_of_root())
        self.assert_well(result, 2)
        self.assertIn("2 files below", result.stdout)
        self.assertIn("2 left out: this user may not read them", result.stdout)

    def test_nothing_to_read_is_told(self):
        nothing = self.directory("nothing")
        secret = self.directory("secret", b"file")
        (secret / "file").chmod(0)
        for directory, words in [
            (nothing, f"there is no file to read below {nothing}\n"),
            (secret, f"there is no file to read below {secret}; 1 left out: this user may not read them\n"),
            (self.place / "none", f"there is no directory {self.place / 'none'}\n"),
        ]:
            result = self.demo(directory, *without_the_rights_of_root())
            self.assertEqual((result.returncode, result.stdout), (1, ""))
            self.assertEqual(result.stderr, f"\nDEMO FAILED: {words}")

    def test_make_takes_a_directory_with_spaces_and_quotes(self):
        directory = self.directory("it's a \"directory\"", b"file")
        # What `demo` needs is built already.
        command = ["make", "--no-print-directory", "--old-file=build", "demo", f"DIR={directory}"]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
        self.assert_well(result, 1)


def without_the_rights_of_root() -> list[str]:
    """Root may read everything unless it gave that right away."""
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"] if os.geteuid() == 0 else []


if __name__ == "__main__":
    unittest.main()
