"""Tests of the Python package; run them with
``python3 -m unittest discover -s Sources/python/tests -t Sources/python``."""

import logging

# What a worker logs when a test breaks its connection is not the test's output; assertLogs still sees it.
logging.getLogger("jobsup").addHandler(logging.NullHandler())
