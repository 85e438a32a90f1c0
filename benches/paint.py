#!/usr/bin/env python3
"""What a program does in a terminal of 160 x 52: paint.py [--moves] COMMAND…

How long it takes to its first picture (the first 2,000 bytes), and to be done with what it does behind it (nothing is written for
0.3 s); the middle of five runs, one with BENCH_QUICK. With --moves, how many bytes a move of the cursor among the members sends: the
middle of forty, and the most."""
import fcntl, os, pty, select, signal, struct, sys, termios, time

def start(command):
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 52, 160, 0, 0))
    return pid, terminal

def end(pid, terminal):
    os.kill(pid, signal.SIGKILL)
    _, _, use = os.wait4(pid, 0)
    os.close(terminal)
    return use

def read(terminal, quiet):
    """The bytes until nothing came for so long, when the 2,000th came, and when the last."""
    total, first, last = 0, None, time.perf_counter()
    while select.select([terminal], [], [], quiet if total else 5)[0]:
        try:
            got = len(os.read(terminal, 65536))
        except OSError:
            break
        if not got: break
        total, last = total + got, time.perf_counter()
        if first is None and total >= 2000: first = last
    return total, first or last, last

def once(command):
    begun = time.perf_counter()
    pid, terminal = start(command)
    _, first, last = read(terminal, 0.3)
    use = end(pid, terminal)
    return (first - begun) * 1e3, last - begun, use.ru_utime + use.ru_stime, use.ru_maxrss / 1024

def moves(command):
    pid, terminal = start(command)
    read(terminal, 1)
    sent = []
    for key in b"2" + b"j" * 40:
        os.write(terminal, bytes([key]))
        sent.append(read(terminal, 0.1)[0])
    end(pid, terminal)
    sent = sorted(sent[1:])
    return sent[len(sent) // 2], sent[-1]

if sys.argv[1] == "--moves":
    print("%d bytes, at most %d" % moves(sys.argv[2:]))
else:
    runs = sorted(once(sys.argv[1:]) for _ in range(1 if os.environ.get("BENCH_QUICK") else 5))
    print("first picture %.1f ms, all done %.3f s, %.3f s processor, %.0f MiB" % runs[len(runs) // 2])
