"""Preflight: what is doubtful in a mail before anybody gets it. Pure.

A check is a function from a ``Proof`` to findings; it ends with what it looked at, which is told
only where it found nothing wrong. What the addresses in a mail answer is tried at the edge
(``steps/probe.py``) and handed in.
"""

from digest.preflight.mail import Answer, Mail, Standard
from digest.preflight.run import CHECKS, blocking, preflight, to_try

__all__ = ["CHECKS", "Answer", "Mail", "Standard", "blocking", "preflight", "to_try"]
