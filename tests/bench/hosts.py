"""A thousand hosts on loopback in one process: 127.1.x.y, nine of ten answer 304.

Prints its port, serves until standard input ends, then prints the most connections that any one
host had open at a time.
"""

import asyncio
import json
import sys
from collections import Counter

ITEM = "<item><title>Story {0} of {1}</title><link>http://{1}/{0}</link></item>"


def address(number: int) -> str:
    """The address of host ``number``."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


class Hosts:
    """Answers for all of them."""

    def __init__(self, silent: str) -> None:
        self._silent = silent
        self._open: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self.most = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, one answer; the silent host says nothing."""
        host = writer.get_extra_info("sockname")[0]
        self._open[host] += 1
        self.most = max(self.most, self._open[host])
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self._asked[host] += 1
            if host == self._silent and self._asked[host] > 1:
                await reader.read()
            else:
                writer.write(self._said(host, head))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open[host] -= 1
            writer.close()

    def _said(self, host: str, head: bytes) -> bytes:
        changing = int(host.rpartition(".")[2]) % 10 == 0
        if b"if-none-match" in head.lower() and not changing:
            return b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nConnection: close\r\n\r\n'
        items = "".join(ITEM.format(self._asked[host] + place, host) for place in range(20))
        body = f"<rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>".encode()
        return (
            b'HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nETag: "%d"\r\n'
            b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (self._asked[host], len(body))
        ) + body


async def serve(count: int) -> None:
    """Until standard input ends."""
    hosts = Hosts(silent=address(count - 1))
    first = await asyncio.start_server(hosts.answer, address(0), 0)
    port = first.sockets[0].getsockname()[1]
    rest = [address(number) for number in range(1, count)]
    others = await asyncio.start_server(hosts.answer, rest, port)
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps({"most": hosts.most}), flush=True)
    first.close()
    others.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
