"""The words of the line as types. Pure: no I/O, no SQL, no web.

source → story → issue → variant → message → delivery → event

Type names tell the moment in the flow: a ``ParsedStory`` is what a source said, a
``StoredStory`` what we keep of it, a ``Candidate`` a stored story that an issue may use, a
``Slot`` its place there, a ``Card`` what a reader sees of it.
All times are aware and in UTC unless a name says local.
"""

from digest.model.approval import Approval, NoApproval, SiteTrouble, Withdrawn
from digest.model.delivery import (
    Batch,
    BatchState,
    Decision,
    DeliveryState,
    MailHeaders,
    Message,
    Outcome,
    SubscriberId,
)
from digest.model.delivery_event import (
    UNREACHED,
    DeliveryEvent,
    Dropped,
    EventKind,
    Notice,
)
from digest.model.draft import Draft
from digest.model.edition import HALF_LIFE, Edition, Layout, Section, Take, WhenShort
from digest.model.finding import Finding, Level
from digest.model.hand import Block, BlockKind, Hand, SectionChange
from digest.model.house_ad import HouseAd
from digest.model.issue import (
    Candidate,
    Hold,
    Interest,
    Issue,
    IssueId,
    IssueState,
    Overrides,
    Slot,
    SlotMode,
)
from digest.model.source import (
    HAND,
    GatheredSource,
    GatherStatus,
    KeptBody,
    Reject,
    RejectReason,
    SourceMemory,
    SourceWeight,
    Usage,
)
from digest.model.story import (
    TOPICS,
    Alias,
    AliasKind,
    Authority,
    Classification,
    DateGrade,
    Evidence,
    Image,
    Look,
    ParsedStory,
    PickOrigin,
    StoredStory,
    StoryId,
    StoryState,
)
from digest.model.utm import Utm
from digest.model.variant import (
    Card,
    FilledSection,
    Fragment,
    More,
    RenderedVariant,
    Selected,
    Sheet,
    Token,
    TokenText,
    VariantContent,
    VariantId,
)

__all__ = [
    "HALF_LIFE",
    "HAND",
    "TOPICS",
    "UNREACHED",
    "Alias",
    "AliasKind",
    "Approval",
    "Authority",
    "Batch",
    "BatchState",
    "Block",
    "BlockKind",
    "Candidate",
    "Card",
    "Classification",
    "DateGrade",
    "Decision",
    "DeliveryEvent",
    "DeliveryState",
    "Draft",
    "Dropped",
    "Edition",
    "EventKind",
    "Evidence",
    "FilledSection",
    "Finding",
    "Fragment",
    "GatherStatus",
    "GatheredSource",
    "Hand",
    "Hold",
    "HouseAd",
    "Image",
    "Interest",
    "Issue",
    "IssueId",
    "IssueState",
    "KeptBody",
    "Layout",
    "Level",
    "Look",
    "MailHeaders",
    "Message",
    "More",
    "NoApproval",
    "Notice",
    "Outcome",
    "Overrides",
    "ParsedStory",
    "PickOrigin",
    "Reject",
    "RejectReason",
    "RenderedVariant",
    "Section",
    "SectionChange",
    "Selected",
    "Sheet",
    "SiteTrouble",
    "Slot",
    "SlotMode",
    "SourceMemory",
    "SourceWeight",
    "StoredStory",
    "StoryId",
    "StoryState",
    "SubscriberId",
    "Take",
    "Token",
    "TokenText",
    "Usage",
    "Utm",
    "VariantContent",
    "VariantId",
    "WhenShort",
    "Withdrawn",
]
