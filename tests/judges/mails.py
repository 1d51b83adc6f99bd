"""The mails that the judges see: every template in English, Arabic and Hindi."""

from dataclasses import replace
from functools import cache

from digest.model import Card, Image, RenderedVariant, VariantContent
from digest.render.letters import Letter, LetterKind
from digest.render.render import Renderer
from digest.render.tokens import fill
from tests.render.issue import BRAND, TEMPLATES, TOKENS, content, twenty
from tests.render.letters import letter

#: every template that stands in the folder, so that a new one is judged too
NAMES = sorted({file.stem for file in TEMPLATES.glob("*.mjml")} - set(LetterKind))
LETTERS = list(LetterKind)
LANGUAGES = ("en", "ar", "hi")
MAILS = [(name, language) for name in NAMES for language in LANGUAGES]
POST = [(kind.value, language) for kind in LETTERS for language in LANGUAGES]
#: in the other styles that readers can ask for
STYLED = [
    (name, language, style)
    for name in NAMES
    for language in ("en", "ar")
    for style in ("large", "headlines")
]

#: what stories say in each language: edition, section titles, headline, standfirst, kicker, byline
WORDS = {
    "ar": (
        "نشرة الصباح",
        ("أهم الأخبار", "أفريقيا", "آسيا والمحيط الهادئ", "باختصار"),
        "الميناء القديم يستعيد حركته بعد عامين من الترميم",
        "تعود السفن إلى الأرصفة التي أغلقتها الفيضانات، وتفتح الأسواق أبوابها من جديد.",
        "الاقتصاد",
        "بقلم سلمى حداد",
    ),
    "hi": (
        "सुबह की ख़बरें",
        ("मुख्य समाचार", "अफ़्रीका", "एशिया-प्रशांत", "संक्षेप में"),
        "मानसून की देरी से किसान चिंतित, जलाशयों में पानी घटा",
        "राज्य सरकार ने सिंचाई के लिए अतिरिक्त पानी छोड़ने का फ़ैसला किया है।",
        "पर्यावरण",
        "मीरा शर्मा",
    ),
    "fr": (
        "Le Matin",
        ("À la une", "Afrique", "Asie-Pacifique", "En bref"),
        "Les villes du fleuve reconstruisent au-dessus de l’ancienne ligne des crues",
        "Les communes riveraines déplacent les maisons vers les hauteurs, non sans débats.",
        "Environnement",
        "Par Inès Caldère",
    ),
    "es": (
        "La Mañana",
        ("Lo más importante", "África", "Asia-Pacífico", "En breve"),
        "Los pueblos del río reconstruyen por encima de la antigua línea de inundación",
        "Los municipios ribereños trasladan las viviendas a terrenos más altos.",
        "Medio ambiente",
        "Por Inés Caldera",
    ),
    "pt": (
        "A Manhã",
        ("Principais notícias", "África", "Ásia-Pacífico", "Em resumo"),
        "Cidades ribeirinhas reconstroem acima da antiga linha de inundação",
        "Os municípios à beira do rio estão levando as casas para terrenos mais altos.",
        "Meio ambiente",
        "Por Inês Caldeira",
    ),
    "sw": (
        "Habari za Asubuhi",
        ("Habari kuu", "Afrika", "Asia na Pasifiki", "Kwa ufupi"),
        "Miji ya kando ya mto yajenga upya juu ya mstari wa mafuriko",
        "Halmashauri zinahamisha nyumba kwenda maeneo ya juu zaidi.",
        "Mazingira",
        "Na Neema Juma",
    ),
}


def issue(template: str, language: str, pictures: str = "") -> VariantContent:
    """The sample issue with ``template``, its stories told in ``language``."""
    told = twenty(pictures) if pictures else twenty()
    if language not in WORDS:
        return content(*told.sections, template=template, language=language)
    edition, titles, headline, standfirst, kicker, byline = WORDS[language]

    def said(card: Card) -> Card:
        image = card.image and Image(url=card.image.url, alt=headline)
        words = {"headline": headline, "standfirst": standfirst, "kicker": kicker, "byline": byline}
        return replace(card, image=image, language=language, **words)

    sections = tuple(
        replace(section, title=title, cards=tuple(map(said, section.cards)))
        for section, title in zip(told.sections, titles, strict=True)
    )
    named = {"edition_name": edition, "subject": headline, "preheader": standfirst}
    return content(*sections, template=template, language=language, **named)


def told(kind: LetterKind, language: str) -> Letter:
    """A letter of ``kind`` in words of ``language``."""
    if language not in WORDS:
        return letter(kind)
    edition, _, headline, standfirst, _, _ = WORDS[language]
    return letter(kind, edition, headline, standfirst)


@cache
def variant(template: str, language: str, style: str = "full") -> RenderedVariant:
    """The mail or letter rendered."""
    if template in LETTERS:
        kind = LetterKind(template)
        return Renderer([TEMPLATES], BRAND).letter(kind, told(kind, language), language)
    return Renderer([TEMPLATES], BRAND).render(replace(issue(template, language), style=style))


def page(template: str, language: str, style: str = "full") -> str:
    """Its HTML as a reader gets it."""
    return fill(variant(template, language, style).html, TOKENS, html=True)
