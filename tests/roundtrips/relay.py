#!/usr/bin/python3
"""relay.py PORT MS LOG - a long way to port PORT of this machine.

Every byte takes MS milliseconds in either direction.  Here a connection is made
at once, which takes a round trip where the server is far: what the client sends
first waits for that too.  Prints the port where it listens, and runs until it
is ended.

LOG gets a line for each connection: when the client spoke, first and each time
after it had heard something, in milliseconds since the connection was made.
"""
import asyncio
import collections
import sys


class Way(asyncio.Protocol):
    """What one side sends, on its way to the other side's transport."""

    def __init__(self, delay, first):
        self.loop = asyncio.get_running_loop()
        self.delay, self.first = delay, first
        self.waiting = collections.deque()  # when, and what: None is the end
        self.transport = self.target = None

    def connection_made(self, transport):
        self.transport = transport
        self.opens = self.loop.time() + self.first  # not before that

    def data_received(self, data):
        self.put(data)

    def connection_lost(self, error):
        self.put(None)

    def put(self, data):
        leaves = max(self.loop.time(), self.opens)
        self.waiting.append((leaves + self.delay, data))
        self.loop.call_at(leaves + self.delay, self.arrive)

    def arrive(self):
        while self.waiting and self.waiting[0][0] <= self.loop.time():
            data = self.waiting.popleft()[1]
            if self.target.is_closing():
                continue
            if data is None:
                self.target.close()
            else:
                self.target.write(data)
        if self.waiting:
            self.loop.call_at(self.waiting[0][0], self.arrive)


class Relay(Way):
    """A client's side, which opens the other."""

    def __init__(self, port, delay, log):
        super().__init__(delay, 2 * delay)
        self.port, self.log = port, log
        self.flights = []

    def connection_made(self, transport):
        super().connection_made(transport)
        self.began, self.listening = self.loop.time(), True
        transport.pause_reading()
        self.task = self.loop.create_task(self.connect())

    async def connect(self):
        _, back = await self.loop.create_connection(
            lambda: Way(self.delay, 0), '127.0.0.1', self.port)
        self.target, back.target = back.transport, self
        self.transport.resume_reading()

    def data_received(self, data):
        if self.listening:
            since = self.loop.time() - self.began
            self.flights.append(round(1000 * since))
            self.listening = False
        super().data_received(data)

    def connection_lost(self, error):
        super().connection_lost(error)
        print(*self.flights, file=self.log, flush=True)

    # What the way back ends at.

    def write(self, data):
        self.listening = True
        self.transport.write(data)

    def close(self):
        self.transport.close()

    def is_closing(self):
        return self.transport.is_closing()


async def main(port, ms, log):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Relay(port, ms / 1000, log), '127.0.0.1', 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == '__main__':
    with open(sys.argv[3], 'w', encoding='ascii') as log_file:
        asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), log_file))
