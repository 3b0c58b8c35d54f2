"""Tests of the Python package; run them with
``python3 -m unittest discover -s Sources/python/tests -t Sources/python``."""
