"""How the server takes the connections of a whole class."""

import asyncio
import contextlib
import socket
import time

import uvloop

from app.commands.serve import DOORS, doors
from tests.support import event_loop


def turns_until_taken(connections, sockets_of):
    """Turns of the loop, each of them long, until so many connections that came together are taken."""
    taken = []

    class Taken(asyncio.Protocol):
        def connection_made(self, transport):
            taken.append(transport)

    async def scenario():
        loop = asyncio.get_running_loop()
        turns = 0
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=connections))
            servers = [
                await loop.create_server(Taken, sock=sock, backlog=connections)
                for sock in sockets_of(listener)
            ]
            for _ in range(connections):
                stack.enter_context(socket.create_connection(listener.getsockname()))
            while len(taken) < connections:
                turns += 1
                time.sleep(0.001)
                await asyncio.sleep(0)
            for server in servers:
                server.close()
            for transport in taken:
                transport.abort()
        return turns

    return event_loop.run(scenario(), uvloop.run)


def test_many_connections_that_come_together_are_taken_in_few_turns_of_the_loop():
    connections = 8 * DOORS
    alone = turns_until_taken(connections, lambda listener: [listener])
    assert alone >= connections  # what the lab would do without them; if not, they are not needed any more
    assert turns_until_taken(connections, doors) <= connections // DOORS + 4
