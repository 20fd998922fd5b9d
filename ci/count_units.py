"""Counts the tests inside each test program of a meson log; the last line is the sum.

A cmocka program says how many of its tests passed, failed and were skipped; any other program is one test.
A program that ends badly without saying which test failed counts as one failure."""

import glob
import json
import os
import re
import sys


def count(entry):
    said = re.findall(r"^\[  (PASSED|FAILED|SKIPPED) +\] (?:.*: )?(\d+) test\(s\)", entry["stdout"] +
                      "\n" + entry.get("stderr", ""), re.M)
    sums = {"PASSED": 0, "FAILED": 0, "SKIPPED": 0}
    for word, number in said:
        sums[word] += int(number)
    result = entry["result"]
    if result == "SKIP" and not said:
        return 0, 0, 1
    if result not in ("OK", "SKIP", "EXPECTEDFAIL") and sums["FAILED"] == 0:
        sums["FAILED"] = 1
    if not said and result in ("OK", "EXPECTEDFAIL"):
        sums["PASSED"] = 1
    return sums["PASSED"], sums["FAILED"], sums["SKIPPED"]


def main():
    logs = sorted(glob.glob(os.path.join(sys.argv[1], "testlog*.json")), key=os.path.getmtime)
    passed = failed = skipped = 0
    if logs:
        with open(logs[-1], encoding="utf-8") as log:
            for line in log:
                entry = json.loads(line)
                p, f, s = count(entry)
                passed, failed, skipped = passed + p, failed + f, skipped + s
                if f or s:
                    print(f"{entry['result']:8} {entry['name']} ({p} passed, {f} failed, {s} skipped)")
    else:
        failed = 1
        print("no test log was written")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


sys.exit(main())
