"""A worker whose jobs write, several at the same time."""

import logging
import time

from jobsup import App

app = App()
log = logging.getLogger("shop")


@app.task
def talk(word):
    print(word, "begins")
    print(word, end=" ")
    time.sleep(0.01)
    print("in parts")
    log.warning("%s", word)
    print(word, "ends", end="")
