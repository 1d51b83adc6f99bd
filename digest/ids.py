"""What names an issue, a story or a link in the database.

Apart from ``model``, whose shapes take a tenth of a second to make: a command imports these before
it knows whether it will run.
"""

from typing import NewType

IssueId = NewType("IssueId", int)
LinkId = NewType("LinkId", int)
StoryId = NewType("StoryId", int)
