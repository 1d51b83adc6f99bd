"""Invented letters to render, one of each kind."""

from digest.render.letters import (
    Button,
    Confirmation,
    Correction,
    Letter,
    LetterKind,
    Notice,
    Review,
    ReviewFinding,
    ReviewStory,
    Welcome,
)


def letter(
    kind: LetterKind,
    edition: str = "World Morning",
    headline: str = "River towns rebuild above the old flood line",
    words: str = "The bridge was opened again on Monday.",
) -> Letter:
    """A letter of ``kind`` in some words."""
    return {
        LetterKind.CORRECTION: Correction(
            subject=headline,
            edition=edition,
            headline=headline,
            url="https://meridian.example/1?a=1&b=2",
            wrong=words,
            right=words,
        ),
        LetterKind.REVIEW: Review(
            subject=headline,
            edition=edition,
            when="06:00",
            stories=tuple(ReviewStory(headline=headline, section=edition) for _ in range(6)),
            findings=(
                ReviewFinding(problem=words, where=headline, blocks=True),
                ReviewFinding(problem=words),
            ),
            buttons=(
                Button(label=edition, url="https://meridian.example/approve?a=1&b=2"),
                Button(label=edition, url="https://meridian.example/hold"),
            ),
        ),
        LetterKind.CONFIRMATION: Confirmation(
            subject=headline, edition=edition, url="https://meridian.example/confirm/abc"
        ),
        LetterKind.WELCOME: Welcome(
            subject=headline,
            edition=edition,
            when="06:00",
            contents=(edition, headline),
            stories=(Button(label=headline, url="https://meridian.example/1?a=1&b=2"),),
            url="https://meridian.example/v/1-abc",
        ),
        LetterKind.NOTICE: Notice(
            subject=headline,
            edition=edition,
            heading=headline,
            paragraphs=(words, edition),
            buttons=(Button(label=edition, url="https://meridian.example/stay/abc"),),
            small=words,
        ),
    }[kind]
