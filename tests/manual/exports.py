"""Exports of other systems, as a newsroom that moves has them in its folder."""

import zipfile
from pathlib import Path

MAILCHIMP = {
    "subscribed_email_audience_export_1.csv": (
        "Email Address,First Name,Last Name,Topics,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,"
        "CONFIRM_TIME,CONFIRM_IP,TAGS\n"
        'cara@reader.example,Cara,Voss,"Science, Sports",4,2024-02-03 08:00:00,203.0.113.7,'
        '2024-02-03 08:05:00,203.0.113.7,"""member"""\n'
    ),
    "unsubscribed_email_audience_export_1.csv": (
        "Email Address,First Name,Last Name,UNSUB_TIME,OPTIN_TIME\n"
        "dino@reader.example,Dino,Ray,2025-06-01 10:00:00,2023-01-01 09:00:00\n"
    ),
}
MAILPOET = (
    "Email,First name,Last name,Confirmation time,Confirmation IP,List,List status,Global status\n"
    "elsa@reader.example,Elsa,Berg,2024-05-01 07:00:00,203.0.113.9,Saturday mail,"
    "Subscribed,Subscribed\n"
    "finn@reader.example,Finn,Moe,2024-05-02 07:00:00,203.0.113.9,Saturday mail,"
    "Unsubscribed,Unsubscribed\n"
)
LISTMONK = (
    "uuid,email,name,attributes,status,created_at,updated_at\n"
    'f1,gina@reader.example,Gina,"{""topics"": [""health""]}",enabled,'
    "2024-07-01T06:00:00Z,2024-07-01T06:00:00Z\n"
    'f2,hugo@reader.example,Hugo,"{}",blocklisted,2024-07-01T06:00:00Z,2025-07-01T06:00:00Z\n'
)


def write(folder: Path) -> None:
    """``mailchimp.zip``, ``mailpoet.csv``, ``listmonk.csv``."""
    with zipfile.ZipFile(folder / "mailchimp.zip", "w") as packed:
        for name, text in MAILCHIMP.items():
            packed.writestr(name, text)
    (folder / "mailpoet.csv").write_text(MAILPOET, "utf-8")
    (folder / "listmonk.csv").write_text(LISTMONK, "utf-8")
