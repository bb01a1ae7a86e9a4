"""Reads lines of strace -f -ttt as Perfetto's trace processor does (a form of time, a name, what was begun and what ends
it), and says how many calls there were, how many were resumed, and what it cannot take."""
import re
import sys

calls = resumed = 0
begun: dict[str, str] = {}
for line in open(sys.argv[1], encoding="utf-8"):
    # A thread id is shorter than the seconds since 1970.
    head = re.match(r"(\d{1,9}) +\d+\.\d{1,6} +(\S.*)$", line)
    if not head:
        print("no thread and time:", line, end="")
        continue
    tid, rest = head.groups()
    if rest[0] in "-+":                                     # signals and ends
        continue
    calls += 1
    resumes = re.match(r"<\.\.\. (\w+) resumed>(.*)$", rest)
    begins = re.match(r"(\w+)\((.*)$", rest)
    if resumes:
        resumed += 1
        if begun.pop(tid, None) != resumes[1]:
            print("ends what has not begun:", line, end="")
    elif not begins:
        print("no call:", line, end="")
        continue
    name, rest = (resumes or begins).groups()
    if "<unfinished ...>" in rest:
        begun[tid] = name
    elif not re.search(r"\)\s*=", rest):
        print("no result:", line, end="")
print(calls, resumed)
