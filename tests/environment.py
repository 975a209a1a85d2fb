"""Loaded by pytest before anything reads Django's settings (`-p tests.environment`): starts the tests' servers."""

from tests import cluster

cluster.prepare_environment()
