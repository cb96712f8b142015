"""people.py - who is measured: their names as a reader sees them, and their
versions, which the system's packages tell."""

import os
import platform
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))

LOQUAT, PEER, FLOOR = 'loquat', 'peer', 'floor'

PEERS = {  # as the figures call them, in lower case: (name, package)
    'libstrophe': ('libstrophe', 'libstrophe-dev'),
    'loudmouth': ('loudmouth', 'libloudmouth1-dev'),
    'iksemel': ('iksemel', 'libiksemel-dev'),
    'gloox': ('gloox', 'libgloox-dev'),
    'qxmpp': ('QXmpp', 'libqxmpp-dev'),
    'slixmpp': ('slixmpp', 'python3-slixmpp'),
}
BENEATH = {  # what Loquat stands on
    'libxml2': 'libxml2-dev',
    'GnuTLS': 'libgnutls28-dev',
    'libgsasl': 'libgsasl-dev',
    'libidn2': 'libidn2-dev',
    'libunistring': 'libunistring-dev',
    'glibc': 'libc6',
}
BESIDE = {  # a floor, and what counts
    'expat': 'libexpat1-dev',
    'valgrind': 'valgrind',
}

# What Loquat and the floors are called, by part where it depends on that.
NAMES = {
    'loquat': 'Loquat',
    'loquat-modules': 'Loquat with modules',
    'loquat-own-ca': 'Loquat, an authority of its own',
    'loquat-build': 'Loquat, built',
    'loquat-tls': 'Loquat through TLS',
    'floor': 'floor',
    'memchr': 'memchr for "<"',
    'expat': 'expat, no handlers',
    'expat-ns': 'expat, with namespaces',
    'libxml2': 'libxml2, no handlers',
    'gnutls': 'GnuTLS alone',
    'snprintf': 'snprintf, escaped before',
    ('send', 'libxml2'): 'xmlTextWriter of libxml2',
    ('send', 'loquat'): 'Loquat, sent and delivered',
    ('send', 'gnutls'): 'snprintf through GnuTLS',
}


def kind(part, who):
    """What WHO is: Loquat, a peer or a floor."""
    if who.startswith('loquat'):
        return LOQUAT
    if who.lower() in PEERS or (part, who) == ('send', 'libxml2'):
        return PEER
    return FLOOR


def label(part, who):
    """The name of WHO, with the version of a peer."""
    if who.lower() in PEERS:
        name, package = PEERS[who.lower()]
        return f'{name} {upstream(package_version(package))}'.strip()
    return NAMES.get((part, who)) or NAMES.get(who, who)


def output(*command):
    """What COMMAND prints, or nothing if it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              check=False, stdin=subprocess.DEVNULL)
    except OSError:
        return ''
    return done.stdout.strip() if done.returncode == 0 else ''


def package_version(package):
    """Of a Debian package that is installed, or ''."""
    return output('dpkg-query', '-W', '-f', '${Version}\n',
                  package).split('\n')[0]


def upstream(version):
    """'2.9.14' of '2.9.14+dfsg-1.3', '3.19.0' of '1:3.19.0-1'."""
    found = re.match(r'(?:\d+:)?([0-9.]*[0-9])', version)
    return found.group(1) if found else version


def loquat_version():
    """As meson.build has it."""
    path = os.path.join(HERE, '..', '..', 'meson.build')
    with open(path, encoding='utf-8') as file:
        return re.search(r"version: '([^']+)'", file.read()).group(1)


def processor():
    """Its family, in words."""
    name = ''
    try:
        with open('/proc/cpuinfo', encoding='utf-8') as file:
            name = re.search(r'model name\s*:\s*(.*)', file.read()).group(1)
    except (OSError, AttributeError):
        pass
    name = re.sub(r'\((?:R|TM)\)|\s*@.*', '', name)
    return f'{platform.machine()}, {name}' if name else platform.machine()


def system():
    """Its name."""
    try:
        return platform.freedesktop_os_release()['PRETTY_NAME']
    except OSError:
        return platform.system()


def compiler():
    """Its name and version."""
    version = output('cc', '-dumpfullversion')
    return f'gcc {version}' if version else 'cc'
