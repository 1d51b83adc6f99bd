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
        subscribe_url=given.subscribe_url or "",
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
        shades = {
            "paper": bundled.paper,
            "sheet": bundled.sheet,
            "ink": bundled.ink,
            "quiet": bundled.quiet,
        }
        table = raw.get("brand")
        given = table.get(scheme) if isinstance(table, Mapping) else None
        shades |= {k: v for k, v in (given or {}).items() if k in shades}
        try:
            yield from _low(f"brand.{scheme}", shades)
        except (TypeError, ValueError, AttributeError):
            continue  # no colour at all, which is told elsewhere


def _low(where: str, shades: Mapping[str, str]) -> Iterator[ConfigMistake]:
    grounds = shades["paper"], shades["sheet"]
    for name in ("ink", "quiet"):
        measured = {ground: contrast(shades[name], shades[ground]) for ground in ("paper", "sheet")}
        worst = min(measured, key=measured.__getitem__)
        if measured[worst] < LEAST_CONTRAST:
            better = readable(shades[name], grounds, LEAST_CONTRAST)
            fix = f"{better} would do" if better else "set paper and sheet closer to each other"
            problem = (
                f"{shades[name]} has a contrast of {measured[worst]:.1f} on the {worst}, "
                f"{shades[worst]}; text needs {LEAST_CONTRAST}: {fix}"
            )
            yield ConfigMistake(f"{where}.{name}", problem)


def _palette(bundled: Palette, given: Shades) -> Palette:
    return replace(bundled, **given.model_dump(exclude_none=True))
