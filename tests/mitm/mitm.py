#!/usr/bin/python3
"""mitm.py CERTS LOGIN SERVER=PORT... [-- ROW...] - a client under attack.

LOGIN is the words that start tests/servers/login; each SERVER of rows.py
listens at PORT for TLS at once, and its STARTTLS port is the one before.  For
each row an attacker stands between them.  Prints what the client sent, how
much the attacker has now, and why the client refused to go on; and a line
`ok NAME` or `not ok NAME: WHY`.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile

import attacks
import evidence
import middle
import rows

ACCOUNT, PASSWORD = 'alice@example.test', 'secret-alice'
SECONDS = 60


def stage(row, record, certs, port):
    """The attackers of ROW; the first is the one to connect to."""
    direct, attack, others = '--tls' in row.options, row.attack, []
    if isinstance(attack, rows.Redirect):
        elsewhere = middle.Middle(attacks.Attack(certificate='attacker'),
                                  record, certs, port, direct)
        others.append(elsewhere)
        attack = attack.to(elsewhere.port)
    return [middle.Middle(attack, record, certs, port, direct,
                          row.known != rows.NO)] + others


def pin_of(certs, name):
    """The base64 of the SHA-256 of the key in certificate NAME."""
    told = subprocess.run(
        ['certtool', '--certificate-info', '--infile',
         os.path.join(certs, name + '.pem')],
        check=True, text=True, stdout=subprocess.PIPE).stdout
    return re.search(r'pin-sha256:(\S+)', told).group(1)


def log_in(row, login, certs, port):
    """What the client says of its logins: the last of them."""
    options = [pin_of(certs, 'server') if word == 'PIN' else word
               for word in row.options]
    times, runs = (2 if row.known == rows.AGAIN else 1,
                   2 if row.known == rows.SAVED else 1)
    with tempfile.TemporaryDirectory() as folder:
        words = login + options + [
            '--saved', os.path.join(folder, 'saved'), '--times', str(times),
            ACCOUNT, '127.0.0.1', str(port), os.path.join(certs, 'ca.pem')]
        said = [line for _ in range(runs) for line in run(row.name, words)]
    if row.known and not said[0].startswith('online'):
        return 'the undisturbed login: ' + said[0]
    return said[-1]


def run(name, words):
    done = subprocess.run(
        words, env=dict(os.environ, LQ_PASSWORD=PASSWORD), timeout=SECONDS,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    sys.stderr.write(f'== {name}\n{done.stderr}')
    return done.stdout.splitlines() or [f'ended with status {done.returncode}']


def judge(row, said, record):
    """Why that is wrong; None if it is right."""
    worst = record.worst()
    if worst > row.allowed:
        return f'{evidence.NAMES[worst]} was given away'
    if not said.startswith(row.end + ' '):
        return f'{said} (expected: {row.end})'
    if row.end == rows.ONLINE and worst != row.allowed:
        return 'what was given away was not seen'
    if not record.said or row.spoke not in record.summary():
        return f'the client did not speak of {row.spoke}'
    return None


def play(row, login, certs, ports):
    record = evidence.Record(PASSWORD)
    attackers = stage(row, record, certs, ports[row.server])
    try:
        said = log_in(row, login, certs, attackers[0].port)
    except subprocess.TimeoutExpired:
        said = 'nothing in all the time'
    for attacker in attackers:
        attacker.close()
    wrong = judge(row, said, record)
    print(f'{row.name}\n    sent {record.summary()}\n    gave '
          f'{evidence.NAMES[record.worst()]}\n    {said}')
    print(f'not ok {row.name}: {wrong}' if wrong else f'ok {row.name}',
          flush=True)


def main(certs, login, *rest):
    names = rest[rest.index('--') + 1:] if '--' in rest else ()
    ports = dict(word.split('=') for word in rest if '=' in word)
    ports = {server: int(port) for server, port in ports.items()}
    for row in rows.ROWS:
        if not names or row.name in names:
            play(row, shlex.split(login), certs, ports)


if __name__ == '__main__':
    main(*sys.argv[1:])
