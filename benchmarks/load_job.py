"""Sends GET requests over some connections, without a pause, and prints how many were answered.

    python load_job.py PORT PATH CONNECTIONS REQUESTS

``{n}`` in the path is the number of the request, in 32 digits.
"""

import asyncio
import sys
import time
from collections.abc import Iterator


async def connection(port: int, targets: Iterator[str]) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    for target in targets:
        writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit(f"GET {target}: {head.decode()}")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        count += 1
    writer.close()
    return count


async def load(port: int, path: str, connections: int, requests: int) -> float:
    """Requests a second."""
    targets = (path.replace("{n}", f"{number:032}") for number in range(requests))
    begun = time.perf_counter()
    counts = await asyncio.gather(*(connection(port, targets) for _ in range(connections)))
    return sum(counts) / (time.perf_counter() - begun)


if __name__ == "__main__":
    port, path, connections, requests = sys.argv[1:]
    print(asyncio.run(load(int(port), path, int(connections), int(requests))))
