"""Messages as bytes, each variant encoded once."""

from collections import OrderedDict
from threading import Lock

from digest.model import Message, RenderedVariant
from digest.render.message import EncodedVariant, build, encode

#: encoded variants kept; each is about the size of its mail
KEPT = 128


class MessageWriter:
    """Writes messages; safe to share between threads."""

    def __init__(self) -> None:
        self._encoded: OrderedDict[str, EncodedVariant] = OrderedDict()
        self._lock = Lock()

    def __call__(self, message: Message) -> bytes:
        """The whole message, CRLF line ends. Raises AddressError or HeaderError for it alone."""
        return build(message, self._encode(message.variant))

    def _encode(self, variant: RenderedVariant) -> EncodedVariant:
        with self._lock:
            encoded = self._encoded.pop(variant.key, None) or encode(variant)
            self._encoded[variant.key] = encoded
            if len(self._encoded) > KEPT:
                self._encoded.popitem(last=False)
        return encoded
