"""``digest`` on the command line; without its dependencies says how to get them."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        import typer  # noqa: F401 - asked for only to see whether it is there
    except ModuleNotFoundError:
        sys.exit(
            "newsletter-digest is not installed yet: "
            "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e ."
        )
    from digest.cli.root import run

    run()


if __name__ == "__main__":
    main()
