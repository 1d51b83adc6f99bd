"""Every event that may stand in the log, and what it means. docs/watching.md shows it.

A name is a promise: alarms are built on it. A test finds each line in the code and compares.
Besides the fields named here a line tells when (``timestamp``), how bad (``level``) and, within
their work, of what: ``edition``, ``issue``, ``batch``, ``source``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One event."""

    #: debug, info, warning or error
    level: str
    told: str
    #: the fields of its own
    fields: tuple[str, ...] = ()


def _info(told: str, *fields: str) -> Line:
    return Line("info", told, fields)


def _warning(told: str, *fields: str) -> Line:
    return Line("warning", told, fields)


def _error(told: str, *fields: str) -> Line:
    return Line("error", told, fields)


LINES = {
    # the process
    "ready": _info("the process is at work: its loops run, its pages answer", "job", "version"),
    "library": _info("another package says something: which one, and what", "logger", "said"),
    "worker_failed": _error("a worker's round failed; it goes on with the next"),
    "worker_replaced": _warning("a worker process was killed or died", "worker", "why"),
    "tending_failed": _error("looking after what died here failed; it comes again"),
    "pulse_not_noted": _error("that a job was done could not be written down", "job"),
    "service_manager_silent": _warning("systemd's socket takes no word", "why"),
    "watchdog_let_go": _error("a loop is stuck: systemd is no longer told that all is well", "why"),
    # sources
    "source_gathered": _info(
        "a source was read",
        "source",
        "status",
        "stories",
        "new",
        "updated",
        "rejects",
        "note",
    ),
    "source_crashed": _error("reading a source failed in a way nobody foresaw", "source"),
    "story_added": _info(
        "an editor added a story by its address", "story", "known", "editions", "by"
    ),
    # issues
    "issue_stuck": _error(
        "an issue could not be taken further; the next tick tries again", "issue"
    ),
    "issue_taken_elsewhere": _info("another scheduler was quicker", "issue"),
    "issue_paused": _warning("an issue's mail waits", "issue", "why"),
    "issue_handed_over": _info("a run over an issue is at its end; counts by state", "issue"),
    "audience_frozen": _info(
        "who gets an issue is written down",
        "issue",
        "audience",
        "deliveries",
        "excluded",
        "variants",
        "batches",
        "later",
        "routes",
    ),
    "selections_coarsened": _warning(
        "readers' selections were made alike to keep to max_variants", "issue", "what"
    ),
    "stories_replaced": _warning(
        "stories were taken back at the last look; reserves came in", "issue", "gone", "came"
    ),
    "site_trouble": _warning("a site gave no clear answer at the last look", "issue", "why"),
    "sections_kept": _info(
        "an editor's change of sections holds for every issue", "edition", "sections", "by"
    ),
    "sections_forgotten": _info("it does so no longer", "edition", "by"),
    "review_asked": _info("somebody was asked to approve an issue", "issue", "letter", "state"),
    "review_asked_elsewhere": _info("another scheduler asked them", "letter"),
    "review_failed": _error("the letter that asks them could not be sent", "letter"),
    # batches and deliveries
    "batch_failed": _error("sending a batch failed", "issue", "number"),
    "batch_taken_over": _warning("a batch outlasted its lease, and is another's by now", "batch"),
    "batches_enqueued_elsewhere": _info("another scheduler put the jobs there", "issue"),
    "composing_one_by_one": _warning("one message of a batch cannot be made: which?", "batch"),
    "deliveries_expired": _warning("past send-by, or stopped: given up", "issue", "readers"),
    "doubtful_decided": _warning(
        "sending.doubtful decided about deliveries in doubt", "issue", "decision", "readers"
    ),
    "reconciled": _info("what a dead process left was settled by evidence", "issue"),
    "failed_over": _warning(
        "unclaimed batches go by another route", "issue", "route", "to", "batches"
    ),
    "job_rescued": _warning("a job of a worker that is gone was put back", "issue", "number"),
    "job_rescued_elsewhere": _info("another worker put it back", "issue", "number"),
    # what is heard
    "hook": _info("events were posted", "path", "posted", "ours", "new", "bad"),
    "hook_not_signed": _warning("a post of events is signed by no known key", "path", "bytes"),
    "hook_unreadable": _warning("a post is no list of events", "path", "bytes"),
    "feedback": _info("what follows from events was done", "what", "readers"),
    "consequences_wait": _error("what follows from events could not be done; it comes again"),
    "complaints_over_limit": _warning("an issue is paused for its complaints", "issue", "why"),
    "mailbox_read": _info("the mailbox for bounces was read; counts by kind", "kept"),
    "mailbox_unusable": _warning("the mailbox for bounces cannot be opened", "why"),
    "mailbox_failed": _error("reading it failed in a way nobody foresaw"),
    "mailbox_not_searched": _warning(
        "an erased person's mails may still lie there", "subscriber", "why"
    ),
    "clicks_wait": _error("clicks could not be written; they are kept and tried again"),
    "counting_waits": _error("what readers got could not be counted; it comes again"),
    # letters and alerts
    "letter_sent": _info("a letter to a person went", "letter", "kind", "state"),
    "letter_failed": _error("it could not be sent", "letter"),
    "letter_taken_elsewhere": _info("another process sends it", "letter"),
    "letter_of_unknown_kind": _warning("a newer version wrote it, perhaps", "letter", "kind"),
    "letters_wait": _error("letters to people could not be looked at; it comes again"),
    "alert": _warning("somebody should hear of this, see [Alerts](#alerts)", "kind", "why"),
    "alert_resolved": _info("an alert stands no longer", "kind", "how"),
    "alert_raised_elsewhere": _info("another scheduler sends its letter", "letter"),
    "alert_failed": _error("its letter could not be sent", "letter"),
    "post_not_taken": _warning("a webhook or heartbeat did not answer 2xx", "post", "why"),
    "posts_wait": _error("alerts could not be posted; it comes again"),
    "heartbeat_not_heard": _warning("the heartbeat's address did not answer 2xx", "why"),
    # readers
    "leave_link_used": _info("a link to leave was used", "known", "by_hand"),
    "left_because": _info("a reader said why they left", "reason"),
    "consents_expired": _info("nobody confirmed these sign-ups in time", "people"),
    "erased": _info("a person's data is gone", "subscriber"),
    "retention": _info("what was older than it is to be kept is gone; counts", "erasures"),
    "retention_failed": _error("it could not be done; it comes again tomorrow"),
    "next_issue_not_told": _warning("a page goes without the time of the next issue", "edition"),
    "sample_not_told": _warning("a page goes without its sample", "edition"),
    # pages and API
    "api_refused": _info("a call of the API was refused", "operation", "code"),
    "api_failed": _error("a call of the API failed in a way nobody foresaw"),
    "copy_not_shown": _warning("a web copy could not be made", "variant", "why"),
    "archive_not_shown": _warning("an archive page could not be made", "issue", "why"),
    "desk_login_refused": _info(
        "somebody was not let in; hashes of who and where", "account", "place"
    ),
    "desk_login_limited": _warning("too many tries; the same hashes", "account", "place"),
    # the database and its copies
    "backup_made": _info("a backup was written and looked through", "file", "bytes", "seconds"),
    "restored": _info("a backup stands in the database's place", "backup", "stands_still"),
    "restored_may_send": _warning("somebody let a restored database send", "by", "without_journal"),
    "database_adopted": _warning(
        "somebody said that this database belongs here", "by", "installation", "paused"
    ),
    "moved": _info("the database was copied to PostgreSQL", "rows"),
    "departures_not_written": _error(
        "who left could not be written beside the database; tried again with the next",
        "entries",
        "why",
    ),
    "tidied": _info("the database keeps its room and statistics in order", "journals"),
    "chore_failed": _error("what recurs daily failed; it comes again", "chore"),
    "check_failed": _info("a check of the doctor could not be made", "check"),
    # the schedule
    "word_told": _warning(
        "somebody should hear of it: database_refused, clock_jumped", "kind", "why"
    ),
    "schedule_changed": _info("an edition goes by other times", "was", "schedule"),
    "issue_rescheduled": _info("an open issue goes at another time", "at"),
    "issue_closed_again": _info("an issue that nobody worked on is not due any more", "date"),
    "issue_late": _warning("an issue goes out after its send-by, on its own day", "due"),
    "stories_withdrawn": _warning(
        "stories were taken back between the waves of an issue", "gone", "readers"
    ),
    # the desk and links
    "invited": _info("an invitation was handed over", "letter", "state"),
    "links_unavailable": _warning("the database does not say where links lead", "error"),
}
