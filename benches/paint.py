#!/usr/bin/env python3
"""How long a program takes to its first picture in a terminal of 160 x 52, and to be done with what it does behind it: paint.py COMMAND…

The first picture is there with the first 2,000 bytes; all is done when nothing is written for 0.3 s, then the program is ended. The middle
of five runs (one with BENCH_QUICK)."""
import fcntl, os, pty, select, signal, struct, sys, termios, time

def once(command):
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 52, 160, 0, 0))
    begun = last = time.perf_counter()
    written, first = 0, None
    while select.select([terminal], [], [], 0.3)[0] or last == begun:
        try:
            got = len(os.read(terminal, 65536))
            if not got: break
            written += got
            if first is None and written >= 2000: first = time.perf_counter()
        except OSError:
            break
        last = time.perf_counter()
        if last - begun > 60: break
    os.kill(pid, signal.SIGKILL)
    _, _, use = os.wait4(pid, 0)
    os.close(terminal)
    return (first or last) - begun, last - begun, use.ru_utime + use.ru_stime, use.ru_maxrss / 1024

runs = sorted(once(sys.argv[1:]) for _ in range(1 if os.environ.get("BENCH_QUICK") else 5))
print("first picture %.1f ms  all done %.3f s, %.3f s processor, %.0f MiB" % ((runs[len(runs) // 2][0] * 1e3,) + runs[len(runs) // 2][1:]))
