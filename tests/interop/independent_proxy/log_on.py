"""The server's part of NTLM over HTTP, by impacket's NTLM: it authenticates one connection."""

import base64
import os
import struct
import time

from impacket import ntlm
from impacket.smbserver import computeNTLMv2

HOST = "another".encode("utf-16le")
OFFERED = (
    ntlm.NTLMSSP_NEGOTIATE_UNICODE
    | ntlm.NTLMSSP_NEGOTIATE_NTLM
    | ntlm.NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY
    | ntlm.NTLMSSP_NEGOTIATE_ALWAYS_SIGN
    | ntlm.NTLMSSP_NEGOTIATE_SIGN
    | ntlm.NTLMSSP_NEGOTIATE_KEY_EXCH
    | ntlm.NTLMSSP_NEGOTIATE_128
    | ntlm.NTLMSSP_NEGOTIATE_56
)
ALWAYS = (
    ntlm.NTLMSSP_NEGOTIATE_TARGET_INFO
    | ntlm.NTLMSSP_TARGET_TYPE_SERVER
    | ntlm.NTLMSSP_NEGOTIATE_VERSION
    | ntlm.NTLMSSP_REQUEST_TARGET
)
FILETIME_EPOCH = 116444736000000000


class LogOn:
    """What one connection has shown so far."""

    def __init__(self, user, password):
        self.user, self.password = user, password
        self.first = self.challenge = None
        self.done = False

    def take(self, token):
        """The client's token; the challenge to answer it with, or None where it was the last one."""
        message = base64.b64decode(token)
        if message[:12] == b"NTLMSSP\0\1\0\0\0":
            self.done = False
            self.first = ntlm.NTLMAuthNegotiate()
            self.first.fromString(message)
            self.challenge = self.make_challenge()
            return base64.b64encode(self.challenge.getData()).decode()
        self.done = self.challenge is not None and self.fits(message)
        self.first = self.challenge = None
        return None

    def make_challenge(self):
        info = ntlm.AV_PAIRS()
        info[ntlm.NTLMSSP_AV_HOSTNAME] = info[ntlm.NTLMSSP_AV_DNS_HOSTNAME] = HOST
        info[ntlm.NTLMSSP_AV_DOMAINNAME] = info[ntlm.NTLMSSP_AV_DNS_DOMAINNAME] = HOST
        info[ntlm.NTLMSSP_AV_TIME] = struct.pack("<Q", FILETIME_EPOCH + int(time.time() * 10**7))
        made = ntlm.NTLMAuthChallenge()
        made["flags"] = ALWAYS | (self.first["flags"] & OFFERED)
        made["domain_len"] = made["domain_max_len"] = len(HOST)
        made["domain_offset"] = 40 + 16
        made["domain_name"] = HOST
        made["challenge"] = os.urandom(8)
        made["TargetInfoFields_len"] = made["TargetInfoFields_max_len"] = len(info)
        made["TargetInfoFields"] = info
        made["TargetInfoFields_offset"] = 40 + 16 + len(HOST)
        made["Version"] = b"\xff" * 8
        made["VersionLen"] = 8
        return made

    def fits(self, message):
        answer = ntlm.NTLMAuthChallengeResponse()
        answer.fromString(message)
        # curl asks for 8-bit text.
        encoding = "utf-16le" if answer["flags"] & ntlm.NTLMSSP_NEGOTIATE_UNICODE else "latin-1"
        name = answer["user_name"].decode(encoding)
        if name.lower() != self.user.lower() or len(answer["ntlm"]) <= 24:
            return False  # NTLMv2 alone
        hashes = ntlm.compute_lmhash(self.password), ntlm.compute_nthash(self.password)
        status, _ = computeNTLMv2(
            name, *hashes, self.challenge["challenge"], answer, self.challenge, self.first
        )
        return status == 0
