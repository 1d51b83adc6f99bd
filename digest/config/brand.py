"""The newsroom's look: settings become a brand, if all text in it can be read."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from digest.config.settings import Settings, Shades
from digest.errors import ConfigMistake
from digest.render.brand import DARK, LIGHT, Brand, Palette, contrast, font_stack, readable

#: WCAG 2.2, 1.4.3, for text of any size
LEAST_CONTRAST = 4.5


def brand(settings: Settings) -> Brand:
    """The newsroom as readers know it."""
    given, look = settings.newsroom, settings.brand
    return Brand(
        name=given.name,
        site_url=given.site_url or "",
        postal_address=given.postal_address,
        accent=given.accent,
        accent_dark=given.accent_dark,
        logo_url=given.logo_url or "",
        logo_alt=given.name,
        logo_width=given.logo_width,
        tagline=given.tagline,
        subscribe_url=given.subscribe_url or f"{settings.web.public_url}/join",
        heading_font=font_stack(look.heading_font),
        text_font=font_stack(look.text_font),
        corner=look.corner,
        density=look.density,
        palette=_palette(LIGHT, look.light),
        palette_dark=_palette(DARK, look.dark),
    )


def unreadable(raw: Mapping[str, Any]) -> Iterator[ConfigMistake]:
    """Text whose colour is too near to what it stands on, with a colour that is not."""
    for scheme, bundled in (("light", LIGHT), ("dark", DARK)):
        accent = "accent" if scheme == "light" else "accent_dark"
        shades = {
            "paper": bundled.paper,
            "sheet": bundled.sheet,
            "ink": bundled.ink,
            "quiet": bundled.quiet,
        }
        shades |= {k: v for k, v in _table(_table(raw, "brand"), scheme).items() if k in shades}
        own = _table(raw, "newsroom").get(accent, bundled.accent)
        try:
            for name in ("ink", "quiet"):
                where = f"brand.{scheme}.{name}"
                yield from _low(where, shades[name], shades, ("paper", "sheet"))
            # what it colours stands on the sheet; the words of a button are the sheet's colour
            yield from _low(f"newsroom.{accent}", own, shades, ("sheet",))
        except (TypeError, ValueError, AttributeError):
            continue  # no colour at all, which is told elsewhere


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = raw.get(name)
    return found if isinstance(found, Mapping) else {}


def _low(
    where: str, colour: str, shades: Mapping[str, str], grounds: tuple[str, ...]
) -> Iterator[ConfigMistake]:
    measured = {ground: contrast(colour, shades[ground]) for ground in grounds}
    worst = min(measured, key=measured.__getitem__)
    if measured[worst] < LEAST_CONTRAST:
        better = readable(colour, tuple(shades[ground] for ground in grounds), LEAST_CONTRAST)
        fix = f"{better} would do" if better else "set paper and sheet closer to each other"
        problem = (
            f"{colour} has a contrast of {measured[worst]:.1f} on the {worst}, "
            f"{shades[worst]}; text needs {LEAST_CONTRAST}: {fix}"
        )
        yield ConfigMistake(where, problem)


def _palette(bundled: Palette, given: Shades) -> Palette:
    return replace(bundled, **given.model_dump(exclude_none=True))
