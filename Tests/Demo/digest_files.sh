#!/bin/sh
# The exec pool's program: paths on standard input, sha256sum's lines on standard output, each with a NUL behind it.
exec xargs -0 -r sha256sum --zero
