"""The steps of the line, one module each: read what the step before stored, store the own result.

Every step can be run again without harm: its result has a unique key. Who writes ``steps.send``
imports that step when it is used, so that listing issues need not know how to send one.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

# ruff: noqa: I001 - one import that names them all, not one for each
if TYPE_CHECKING:
    from digest.steps import (
        add as add,
        address as address,
        alerts as alerts,
        approve as approve,
        archive as archive,
        calendar as calendar,
        choose as choose,
        clicks as clicks,
        coming as coming,
        complaints as complaints,
        compose as compose,
        control as control,
        copies as copies,
        count_received as count_received,
        curate as curate,
        desk as desk,
        doubtful as doubtful,
        earlier as earlier,
        edit as edit,
        editions as editions,
        errata as errata,
        events as events,
        foresee as foresee,
        frozen as frozen,
        fsck as fsck,
        gather as gather,
        hear as hear,
        held as held,
        history as history,
        invite as invite,
        last_look as last_look,
        letters as letters,
        links as links,
        lock as lock,
        messages as messages,
        minding as minding,
        overview as overview,
        parts as parts,
        people_letters as people_letters,
        person as person,
        pin as pin,
        plan as plan,
        pool as pool,
        preflight as preflight,
        preview as preview,
        probe as probe,
        report as report,
        retain as retain,
        returns as returns,
        review as review,
        reviewing as reviewing,
        routes as routes,
        rules as rules,
        send as send,
        share as share,
        ways as ways,
        why as why,
    )
else:

    def __getattr__(name: str) -> ModuleType:
        try:
            return import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{name}":
                raise
            raise AttributeError(f"there is no step {name!r}") from error
