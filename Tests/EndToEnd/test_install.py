"""`make install` into a directory: what is installed is found, and complete."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from harness import BUILD, ROOT

PYTHON = "/usr/bin/python3"


class InstallTests(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="jobsup-install-")
        self.addCleanup(place.cleanup)
        self.tree = self.place = pathlib.Path(place.name)

    def make(self, goal: str, prefix: str) -> subprocess.CompletedProcess:
        command = ["make", "--no-print-directory", goal, f"DESTDIR={self.tree}", f"PREFIX={prefix}"]
        command.append(f"CONFIGURATION={BUILD.name}")
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)

    def files(self) -> set[str]:
        return {str(path.relative_to(self.tree)) for path in self.tree.rglob("*") if path.is_file()}

    def test_each_prefix(self):
        for prefix in ("/usr", "/usr/local"):
            with self.subTest(prefix=prefix):
                self.tree = pathlib.Path(tempfile.mkdtemp(dir=self.place))
                result = self.make("install", prefix)
                self.assertEqual(result.returncode, 0, result.stderr)
                below = {name for name in self.files() if name.startswith(prefix[1:] + "/")}
                self.assertEqual(self.files() - below, {"etc/jobsup/jobsup.yaml"})
                self.check_python(prefix)
                self.check_documents(self.tree / prefix[1:] / "share" / "doc" / "jobsup")
                unit = (self.tree / prefix[1:] / "lib/systemd/system/supervisor.service").read_text()
                self.assertIn(f"ExecStart={prefix}/bin/jobsupd", unit)
                configuration = (self.tree / "etc/jobsup/jobsup.yaml").read_text()
                self.assertIn(f"{prefix}/share/doc/jobsup/Operations.md", configuration)
                self.assertEqual(self.make("uninstall", prefix).returncode, 0)
                self.assertEqual(self.files(), {"etc/jobsup/jobsup.yaml"})

    def check_python(self, prefix: str) -> None:
        """The library lies where the system's Python looks by itself."""
        found = [path for path in self.tree.rglob("jobsup/__init__.py")]
        self.assertEqual(len(found), 1)
        directory = "/" + str(found[0].parent.parent.relative_to(self.tree))
        program = "import site, json; print(json.dumps(site.getsitepackages()))"
        self.assertIn(f'"{directory}"', subprocess.run([PYTHON, "-c", program], capture_output=True, text=True).stdout)
        self.assertTrue(directory.startswith(prefix + "/lib/python3"), directory)
        imported = subprocess.run(
            [PYTHON, "-c", "import jobsup; print(jobsup.__file__)"], capture_output=True, text=True, cwd="/",
            env={"PYTHONPATH": str(found[0].parent.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        self.assertEqual(imported.stdout, f"{found[0]}\n", imported.stderr)

    def check_documents(self, directory: pathlib.Path) -> None:
        names = {path.name for path in directory.iterdir()}
        sources = {path.name for path in (ROOT / "Sources" / "Documentation.docc").glob("*.md")}
        self.assertEqual(sources - names, set())
        self.assertLess({"README.md", "Python.md"}, names)
        for path in directory.glob("*.md"):
            for link in links(path):
                self.assertTrue((directory / link).exists(), f"{path.name} links to {link}, which is not installed")
        # From the first document all others can be reached.
        self.assertEqual(sources | {"Python.md"}, links(directory / "README.md") & names)

    def test_a_prefix_that_systemd_does_not_know_is_refused(self):
        for prefix in ("/opt/jobsup", "/usr/", "relative"):
            result = self.make("install", prefix)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(f"PREFIX is /usr or /usr/local, not '{prefix}'", result.stderr)
            self.assertEqual(os.listdir(self.tree), [])


class DocumentTests(unittest.TestCase):
    def test_every_link_in_the_repository_leads_somewhere(self):
        documents = [ROOT / "README.md", *ROOT.glob("Sources/*/*.md")]
        self.assertGreater(len(documents), 8)
        for path in documents:
            for link in links(path):
                self.assertTrue((path.parent / link).exists(), f"{path} links to {link}")

    def test_the_readme_names_every_document(self):
        named = links(ROOT / "README.md")
        documents = {str(path.relative_to(ROOT)) for path in ROOT.glob("Sources/*/*.md")}
        self.assertEqual(documents - named, set())

    def test_every_room_is_in_the_architecture(self):
        text = (ROOT / "Sources" / "Documentation.docc" / "Architecture.md").read_text()
        rooms = {path.name for path in (ROOT / "Sources").iterdir() if path.is_dir() and path.suffix != ".docc"}
        named = set(re.findall(r"`([\w-]+)`", "".join(re.findall(r"^\|([^|]*)\|", text, re.MULTILINE))))
        self.assertEqual(rooms - named, set())


def links(document: pathlib.Path) -> set[str]:
    """The files that a document links to. Code that looks like a link is none."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    found = (link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text))
    return {link for link in found if link and "://" not in link}


if __name__ == "__main__":
    unittest.main()
