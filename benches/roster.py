#!/usr/bin/env python3
"""Writes N invented people as CSV to standard output; the same for the same N."""
import random, sys

first = "Ada Bea Çelik Dora Élise Frida Gwen Hana Ines Jana Kofi Łukasz Mei Noor Olga Priya Quinn Rosa Silvia Tomás Una Vera Wim Xenia Yara Zoë".split()
last = "Abe Berg Côté Díaz Eder Fujita Gómez Holm Ito Jansen Kováč Lind Modigliani Nagy Øster Park Quill Rossi Szabó Tanaka Ueda Vogel Wójcik Xu Yılmaz Ziegler".split()
a, b = "Northern Harbour Civic Open Royal Inland Coastal Public".split(), "Office Agency Trust Board Registry Bureau Council Service".split()
disciplines = "User researcher;Content designer;Product manager;Delivery manager;Service designer;Software developer".split(";")
words = "met at the spring meetup asked for slides offered to host prefers mail away until summer".split()
n, r = int(sys.argv[1]), random.Random(7)
print("name,email,organisation,job_title,discipline,location,joined,tags,notes")
for i in range(n):
    f, l = r.choice(first), r.choice(last)
    d = r.choice(disciplines)
    note = " ".join(r.choice(words) for _ in range(r.randint(4, 16))) if r.random() < 0.4 else ""
    tags = ";".join(sorted({r.choice(["a11y", "speaker", "mentor", "newcomer"]) for _ in range(r.randint(0, 2))}))
    print(f"{f} {l},p{i}@{r.choice(a).lower()}.example,{r.choice(a)} {r.choice(b)},Senior {d.lower()},{d},{r.choice(['London','Leeds','Cardiff'])},20{r.randint(12,26)}-0{r.randint(1,9)}-1{r.randint(0,9)},{tags},{note}")
