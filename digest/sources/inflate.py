"""Decompression that stops: a body is never larger in memory than its limit says.

An HTTP library's own decoder inflates one chunk to the end before anybody can look (64 MB from
300 KB was seen), so the raw bytes are inflated here, in small steps.
"""

import zlib
from collections.abc import Iterable

from digest.errors import SourceError

ACCEPTED = "gzip, deflate"
_STEP = 65536
#: zlib's mark for "a gzip or zlib header decides"
_ANY_HEADER = 32 + zlib.MAX_WBITS


class TooLargeError(SourceError):
    """The body is larger than its limit."""


def gather_body(raw: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The whole body of an HTTP answer, at most ``limit`` bytes of it.

    ``encoding`` is its Content-Encoding. Raises TooLargeError beyond the limit (raw or inflated)
    and SourceError for an encoding that was not asked for or a body cut short.
    """
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return _bounded(raw, limit)
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise SourceError(
            f"the server compressed its answer as {encoding[:40]!r}, which was not asked for",
            hint="Ask its operator to obey Accept-Encoding",
        )
    inflater = _Inflater(limit)
    try:
        for chunk in raw:
            inflater.feed(chunk)
        return inflater.finish()
    except zlib.error as error:
        raise SourceError(
            "the answer's compression is damaged", hint="It is tried again at the next poll"
        ) from error


def _bounded(raw: Iterable[bytes], limit: int) -> bytes:
    body = bytearray()
    for chunk in raw:
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        f"the answer is larger than {limit // 1_000_000} MB",
        hint="Ask the publisher for a feed with fewer entries",
    )


class _Inflater:
    """One gzip or zlib stream, or several gzip members in a row (RFC 1952 §2.2)."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._body = bytearray()
        self._read = 0
        self._stream = zlib.decompressobj(_ANY_HEADER)
        self._first = True

    def feed(self, chunk: bytes) -> None:
        self._read += len(chunk)
        if self._read > self._limit:
            raise _too_large(self._limit)
        if self._first and chunk:
            self._first = False
            # RFC 9110 means zlib by "deflate"; some servers send the bare stream (RFC 1951)
            bare = chunk[0] & 0x0F != 8 and chunk[:2] != b"\x1f\x8b"
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS if bare else _ANY_HEADER)
        pending = chunk
        while pending:
            if self._stream.eof:
                if not pending.startswith(b"\x1f\x8b"):
                    return  # padding after the last member
                self._stream = zlib.decompressobj(_ANY_HEADER)
            self._body += self._stream.decompress(pending, _STEP)
            if len(self._body) > self._limit:
                raise _too_large(self._limit)
            pending = self._stream.unconsumed_tail or self._stream.unused_data

    def finish(self) -> bytes:
        if self._first:
            return b""
        if not self._stream.eof:
            raise SourceError("the answer was cut short", hint="It is tried again at the next poll")
        return bytes(self._body)
