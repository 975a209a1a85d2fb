"""The stand-in as one asyncio program: API, controls, phone, statuses and webhooks on one thread."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Awaitable
from pathlib import Path

from standins.whatsapp.control import Control
from standins.whatsapp.files import Files
from standins.whatsapp.graph import Graph
from standins.whatsapp.http import Answer, Connection, Request, reply
from standins.whatsapp.messages import Mailroom
from standins.whatsapp.pages import Phone
from standins.whatsapp.state import State
from standins.whatsapp.webhooks import Courier
from standins.whatsapp.wire import GraphError, Json

SAVE_EVERY = 1.0
TICK = 0.01


class Server:
    """Listens on loopback only: whoever asks may steer it."""

    def __init__(self, port: int, path: Path | None, retries: list[float]) -> None:
        self.port = port
        self.state, self.files = State(path), Files(path)
        self.mailroom, self.courier = Mailroom(self.state), Courier(self.state, retries)
        self.graph = Graph(self.state, self.mailroom, self.files, f"http://127.0.0.1:{port}")
        self.control = Control(self.state, self.mailroom, self.courier, self.files.clear)
        self.phone = Phone(self.state, self.mailroom, self.files)

    async def run(self) -> None:
        gc.freeze()
        loop = asyncio.get_running_loop()
        listener = await loop.create_server(lambda: Connection(self.handle), "127.0.0.1", self.port, backlog=512)
        async with listener, asyncio.TaskGroup() as group:
            group.create_task(self.courier.run())
            group.create_task(self._tick())
            group.create_task(self._save())
            await listener.serve_forever()

    async def _tick(self) -> None:
        while True:
            self.mailroom.tick()
            await asyncio.sleep(TICK)

    async def _save(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY)
            self.state.save()

    def handle(self, request: Request) -> Answer | Awaitable[Answer]:
        path = request.path
        try:
            if path.startswith("/v") and path[2:3].isdigit():
                return self._api(request, path.partition("/")[2].partition("/")[2])
            if path.startswith("/_media/"):
                return self.graph.media_bytes(request, path.removeprefix("/_media/"))
            if path.startswith("/_control/"):
                return self._control(request, path.removeprefix("/_control/"))
            return self.phone.show(request)
        except GraphError as error:
            return reply(error.body(), error.status)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problem = GraphError(100, f"Malformed request ({type(error).__name__})")
            return reply(problem.body(), problem.status)

    def _api(self, request: Request, path: str) -> Answer | Awaitable[Answer]:
        fault = self.state.fault_for(request.method, request.path) if self.state.data["faults"] else None
        return self._faulty(fault, request, path) if fault else self.graph.answer(request, path)

    async def _faulty(self, fault: Json, request: Request, path: str) -> Answer:
        """As somebody wished it; `after`: the work is done first, so that the caller cannot know."""
        found: Answer | None = None
        if fault["after"] or not (fault["status"] or fault["code"] or fault["cut"]):
            found = await self._answered(request, path)
        if fault["hang"]:
            await asyncio.sleep(fault["hang"])
        if fault["cut"]:
            return Answer(cut=True)
        if fault["code"]:
            error = GraphError(fault["code"], status=fault["status"])
            return reply(error.body(), error.status)
        if fault["status"]:
            return Answer(fault["status"], b"<html><body>upstream error</body></html>", "text/html")
        assert found
        return found

    async def _answered(self, request: Request, path: str) -> Answer:
        try:
            found = self.graph.answer(request, path)
            return found if isinstance(found, Answer) else await found
        except GraphError as error:
            return reply(error.body(), error.status)

    def _control(self, request: Request, act: str) -> Answer:
        if request.method == "GET":
            return reply(self.control.look(act, request.query))
        params = request.json()
        if not isinstance(params, dict):
            raise GraphError(100, "The body must be a JSON object.")
        return reply(self.control.act(act, params))


def serve(port: int, path: Path | None, retries: list[float]) -> None:
    """Run until stopped; what is not written yet is written then."""
    server = Server(port, path, retries)
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(server.run())
    server.state.save()
