#!/usr/bin/python3
"""libcheck.py - what libcheck says, in the lines that tests/run counts.

    libcheck.py --meson TESTLOG.JSON    every suite of a `meson test`
    libcheck.py NAME STATUS <OUTPUT     one suite that was run by hand
"""
import json
import re
import sys

SUMMARY = re.compile(r'\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)')
FAILURE = re.compile(r'(\S+:\d+):[FE]:[^:]*:([^:]*:\d+): (.*)')


def report(name, output, status, stderr=''):
    checks = bad = 0
    for total, failures, errors in SUMMARY.findall(output):
        checks += int(total)
        bad += int(failures) + int(errors)
    if checks > bad:
        print('ok %s: %d checks' % (name, checks - bad))

    failures = FAILURE.findall(output)
    for where, test, why in failures:
        print('not ok %s/%s: %s: %s' % (name, test, where, why))
    # What no check failed for: a leak, a crash, a time-out, silence.
    if status != 'OK' and not failures or bad > len(failures):
        print('not ok %s: %s' % (name, status))
    elif checks == 0:
        print('not ok %s: no checks' % name)
    if status != 'OK':
        for line in stderr.splitlines()[:60]:
            print('    ' + line)


def main():
    if sys.argv[1] == '--meson':
        for line in open(sys.argv[2]):
            test = json.loads(line)
            # Meson writes "project:suite / name".
            report(test['name'].split(' / ')[-1], test.get('stdout', ''),
                   test['result'], test.get('stderr', ''))
    else:
        name, status = sys.argv[1:]
        report(name, sys.stdin.read(),
               'OK' if status == '0' else 'status ' + status)


main()
