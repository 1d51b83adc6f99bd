"""What we sign and hash with: from config.toml or the secrets folder, made on first use."""

from functools import cached_property

from pydantic import SecretStr

from digest import keys
from digest.click_links import ClickLinks
from digest.config import Settings
from digest.copy_links import CopyLinks
from digest.deliver.marks import Marks
from digest.review_links import ReviewLinks


class OwnSecrets:
    """The newsroom's own secrets. Only the outbox gets this far without: config refuses real mail.

    ``derived`` gives each purpose keys of its own, so that none can stand in for another.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def signing(self) -> tuple[keys.SigningKey, ...]:
        """Newest first; earlier ones stay valid for links already sent."""
        return keys.read_signing(self._secret(self._settings.web.signing_keys, keys.SIGNING))

    @cached_property
    def pepper(self) -> str:
        """Keys the hashes in the suppression list."""
        return self._secret(self._settings.web.pepper, keys.PEPPER).strip()

    @cached_property
    def copies(self) -> CopyLinks:
        """Signs where variants stand on the web."""
        return CopyLinks(self.derived("copy"))

    @cached_property
    def reviews(self) -> ReviewLinks:
        """Signs what a review mail asks."""
        return ReviewLinks(self.derived("review"))

    @cached_property
    def links(self) -> ClickLinks:
        """Signs where links lead whose clicks are counted."""
        return ClickLinks(self.derived("click"))

    @cached_property
    def marks(self) -> Marks:
        """Signs the names of messages."""
        return Marks(self.derived("verp"))

    def derived(self, purpose: str) -> tuple[bytes, ...]:
        """The signing keys of one purpose, newest first."""
        return tuple(one.derived(purpose) for one in self.signing)

    def _secret(self, given: SecretStr, name: str) -> str:
        if given.get_secret_value():
            return given.get_secret_value()
        keys.make(self._settings.secrets)
        return (self._settings.secrets / name).read_text("ascii")
