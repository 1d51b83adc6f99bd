"""Every command's name, the module to import when somebody asks for it, and what it does.

A start of the command line imports one command's module, never all of them.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from typer.core import TyperGroup
from typer.main import get_command

if TYPE_CHECKING:
    # Typer names the types of what it lets us override nowhere else.
    from typer._click import Command, Context, HelpFormatter


class Entry(NamedTuple):
    """One command of the root."""

    #: in ``digest.cli``; those of a group that is spread over several are parted by spaces
    modules: str
    #: one line of a terminal 80 wide; `--help` of the command says more
    help: str


#: heading → name → command, in the order of ``digest --help``
HEADINGS: Mapping[str, Mapping[str, Entry]] = {
    "To begin": {
        "init": Entry("set_up", "Write config.toml and make the keys; with a URL, fitted to it."),
        "demo": Entry("set_up", "Walk the whole line on the sample newsroom."),
        "migrate": Entry("set_up", "Bring the database to the newest version."),
        "config": Entry("config_show", "Show the configuration in force."),
        "adopt": Entry("adopt", "Say that a restored or moved database belongs here."),
        "dkim": Entry("dkim", "Make keys for signing mail; what DNS must say of them."),
        "people": Entry("people", "Say who works at the desk, and what they may do."),
        "keys": Entry("api", "Make, list and revoke keys of the API."),
        "api": Entry("api", "Print the API as an OpenAPI 3.1 document."),
    },
    "Every day": {
        "run": Entry("running", "Clock, gatherer, sender and web in one process."),
        "serve": Entry("running", "The pages alone: desk, outbox, readers’ preferences."),
        "schedule": Entry("running", "All but sending, which workers do."),
        "worker": Entry("running", "Send what `digest schedule` left; any number of them."),
        "health": Entry("health", "Ask the process that runs here how it is."),
        "gather": Entry("line", "Read the sources and classify what they bring."),
        "compose": Entry("line", "Fill the next issue of an edition, or of all."),
        "approve": Entry("line", "Approve an issue as it stands; exactly this goes out."),
        "send": Entry("line", "Send today’s issue now."),
        "next": Entry("edition", "Tell when the next issues are due, or why not."),
        "edition": Entry("edition", "Pause an edition, and resume it."),
        "extra": Entry("extra", "Open an issue outside the schedule, for breaking news."),
    },
    "Stories": {
        "sources": Entry("sources", "List the sources, test an address, import a list."),
        "parse": Entry("parse", "Show the stories of feed documents as they would be stored."),
        "add": Entry("add", "Read a story from its address, as an editor’s pick."),
        "pin": Entry("pin", "Place a story in the next issue of an edition."),
        "why": Entry("look", "Tell why a story is in the next issue, or is not."),
        "classify": Entry("classify", "Say where a story plays, what it is about, and why."),
        "correct": Entry("classify", "Decide a story’s region, country or topic."),
        "fold": Entry("duplicates", "Say which stories are copies, or of one event."),
    },
    "An issue": {
        "issues": Entry("look", "List the issues, newest first."),
        "show": Entry("look", "Its stories, why each is there, and its deliveries."),
        "preview": Entry("preview", "Write one page that shows it as it would go out."),
        "check": Entry("check", "What keeps it, what to look at, what is well."),
        "edit": Entry("edit", "Change a story of it, or its own words."),
        "section": Entry("section", "Hide, rename, resize or reorder its sections."),
        "block": Entry("block", "Put a block in, change it or take it out."),
        "history": Entry("history", "Show what editors did to it, newest first."),
        "revert": Entry("history", "Bring back what editors had decided by a revision."),
        "review": Entry("control", "Give it to people to look at now."),
        "hold": Entry("control", "Hold it until somebody approves it."),
        "skip": Entry("control", "Leave it out: its stories roll into the next one."),
    },
    "An issue on its way": {
        "pause": Entry("control", "Let nothing more of it go."),
        "resume": Entry("control", "Let it go on."),
        "stop": Entry("control", "Give up what has not gone of it."),
        "undo": Entry("control", "Take it back before anything of it went."),
        "cancel": Entry("routes", "Call it back from a provider that holds it."),
        "routes": Entry("routes", "How each way out stands: quiet, failing, warming up."),
        "doubtful": Entry("doubtful", "List deliveries in doubt, or decide about them."),
    },
    "After the send": {
        "report": Entry("report", "What became of an issue, beside the ten before it."),
        "events": Entry("heard", "What was heard of it: delivered, bounced, complained, left."),
        "bounces": Entry("heard", "Read the mailbox for bounces; what a person should look at."),
        "erratum": Entry("after", "Tell the readers of a story what was wrong in it."),
        "archive": Entry("after", "List what anybody may read, and take it back."),
        "links": Entry("after", "List counted links, and change where they lead."),
    },
    "Readers": {
        "subscribers": Entry(
            "subscribers people_data repermit suppressions",
            "Import, count, explain and suppress subscribers.",
        ),
        "segments": Entry("segments", "Count, explain, list and save segments."),
    },
    "To keep order": {
        "doctor": Entry("doctor", "Whether all is well with the machine, the settings and DNS."),
        "fsck": Entry("fsck", "Check all that must hold of issues, batches and deliveries."),
        "backup": Entry("backup", "Write one moment of the database to a file."),
        "restore": Entry("backup", "Put a backup in the database’s place."),
        "move": Entry("move", "From SQLite to PostgreSQL."),
        "replay": Entry("replay", "Make an issue that went again, and compare it byte by byte."),
        "tasks": Entry("tasks", "What recurs by itself, and when it was done last."),
        "audit": Entry("audit", "Show who did what, newest first."),
        "retention": Entry("retention", "Delete what is older than [retention] says."),
        "chaos": Entry("chaos", "Kill senders at random on this machine; count the readers."),
    },
}

COMMANDS: Mapping[str, Entry] = {
    name: entry for commands in HEADINGS.values() for name, entry in commands.items()
}


class Commands(TyperGroup):
    """The root's commands, each imported when it is asked for."""

    def list_commands(self, ctx: "Context") -> list[str]:  # noqa: ARG002 - Typer's signature
        """The names of all."""
        return list(COMMANDS)

    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        """The command of that name; where there is none all are imported, to suggest one."""
        from digest.cli.root import cli

        asked = COMMANDS.get(cmd_name)
        for entry in COMMANDS.values() if asked is None else (asked,):
            for module in entry.modules.split():
                import_module(f"digest.cli.{module}")
        whole = get_command(cli)
        assert isinstance(whole, TyperGroup)
        self.commands = whole.commands
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: "Context", formatter: "HelpFormatter") -> None:  # noqa: ARG002
        """List all under their headings, the descriptions in one column."""
        width = max(map(len, COMMANDS))
        for heading, commands in HEADINGS.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [(name.ljust(width), one.help) for name, one in commands.items()]
                )
