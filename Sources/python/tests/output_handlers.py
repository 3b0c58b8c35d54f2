"""Tasks that write, for the tests of what they write."""

from __future__ import annotations

import asyncio
import logging
import time

import jobsup

plain = jobsup.App()
loop = jobsup.App()
log = logging.getLogger("shop")


@plain.task
def talk(number):
    print(number, "begins")
    print(number, end=" ")
    time.sleep(0.002)
    print("in parts")
    log.warning("%d warns", number)
    print(number, "has no end", end="")


@loop.task(name="talk")
async def talk_in_turns(number):
    print(number, "begins")
    print(number, end=" ")
    await asyncio.sleep(0.002)
    print("in parts")
    log.warning("%d warns", number)
    print(number, "has no end", end="")
