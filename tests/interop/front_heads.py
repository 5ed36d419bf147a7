"""What breakable_front.py reads of a head."""

import re

LENGTH = re.compile(rb"(?im)^(content-length: *)(\d+)")
CHALLENGES = re.compile(rb"(?im)^www-authenticate: *([^\r]*)\r\n")


def name_of(field):
    return field.partition(b":")[0].strip().lower()


def value_of(field):
    return field.partition(b":")[2].strip()


def credentials_of(head):
    """The line of them, with its end."""
    found = re.search(rb"(?im)^authorization:[^\r]*\r\n", head)
    return found.group(0) if found else b""


def server_name_of(head):
    found = re.search(rb"\?([^: ]*)", head)
    return found[1].lower() if found else b""


def length_of(head):
    found = LENGTH.search(head)
    return int(found[2]) if found else 0


def is_lawful(head):
    lengths = set(re.findall(rb"(?im)^content-length: *([^\r]*)", head))
    return head.startswith(b"HTTP/1.") and len(lengths) <= 1
