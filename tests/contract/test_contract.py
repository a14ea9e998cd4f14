"""The contract suite over all marketplaces of ours; the tests are in `slackbridge.testing`."""

from slackbridge.testing.contract import *  # noqa: F403 - they are collected by their names
