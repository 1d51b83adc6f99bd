"""The MJML engine in a process of its own: reads MJML on stdin, writes HTML to stdout.

mjml-python 1.4.2 dies with SIGSEGV on deep nesting and panics on some malformed input; here that
costs one process. Run as a script, so that nothing else is imported. Exit 3: the input is wrong,
with the engine's own words on stderr.
"""

import resource
import sys

from mjml import mjml2html


def main() -> int:
    """Compile once."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source = sys.stdin.buffer.read().decode("ascii")
    try:
        html = mjml2html(source, fonts={})
    except Exception as error:  # noqa: BLE001 - the border of the process: all becomes one message
        sys.stderr.write(str(error))
        return 3
    sys.stdout.buffer.write(html.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
