"""The contract suite for all our marketplaces; the tests are in `slackbridge.testing`."""

from slackbridge.testing.contract import *  # noqa: F403 - they are collected by their names
