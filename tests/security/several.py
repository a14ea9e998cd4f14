"""`python -m tests.security.several "check" "show shop:1"`: commands of slackbridge, one after the
other, as loading the program takes longer than most of them. Ends with the first code but 0.
"""

from __future__ import annotations

import sys

from slackbridge.cli.main import main as slackbridge


def main() -> None:
    for command in sys.argv[1:]:
        sys.argv = ["slackbridge", *command.split()]
        try:
            slackbridge()
        except SystemExit as end:
            if end.code:
                print(f"{command}: {end.code}", file=sys.stderr)  # noqa: T201
                raise


if __name__ == "__main__":
    main()
