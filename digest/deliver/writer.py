"""Messages as bytes, as the transports ask for them."""

from collections.abc import Sequence

from digest.deliver.dkim import Signer, body_hash
from digest.model import Message
from digest.render.message import build, parts


class MessageWriter:
    """Writes messages, signed by each of ``signers``; safe to share between threads.

    It remembers nothing: what can be encoded once is kept with the variant and its fragments.
    """

    def __init__(self, signers: Sequence[Signer] = ()) -> None:
        self._signers = signers

    def __call__(self, message: Message) -> bytes:
        """The whole message, CRLF line ends, no line that starts with a dot.

        Raises AddressError or HeaderError for it alone. An address beyond ASCII (``utf8_address``)
        stands in it in UTF-8: a transport whose way does not speak SMTPUTF8 must leave its reader
        out.
        """
        if not self._signers:
            return build(message, utf8=True)
        head, body = parts(message, utf8=True)
        hashed, at = body_hash(body), int(message.headers.date.timestamp())
        signatures = [signer.field(head, hashed, at) for signer in self._signers]
        return b"".join([*signatures, head, b"\r\n", *body])
