"""RTS and DCE/RPC PDUs: encode, decode, validate, dissect. Needs the compiled part of the package.

``RtsPdu.make("CONN/A1", ReceiveWindowSize=65536).encode()`` gives bytes, ``RtsPdu.decode`` and
``RpcPdu.decode`` read them, ``dissect`` names every field of either, also of a broken PDU.
"""

from __future__ import annotations

try:
    from rpchspec._native import (
        NDR,
        NDR64,
        RTS_NAMES,
        Ance,
        AssociationGroupId,
        Auth3,
        AuthVerifier,
        Bind,
        BindAck,
        BindNak,
        ChannelLifetime,
        ClientAddress,
        ClientKeepalive,
        ConnectionTimeout,
        Cookie,
        DecodeError,
        Destination,
        Empty,
        Fault,
        Field,
        FlowControlAck,
        NegativeAnce,
        Opaque,
        Padding,
        PingTrafficSentNotify,
        PresentationContext,
        PresentationResult,
        ReceiveWindowSize,
        Request,
        Response,
        RpcHeader,
        RpcPdu,
        RtsHeader,
        RtsPdu,
        SyntaxId,
        UnknownCommand,
        Version,
        Violation,
        dissect,
        split,
    )
except ModuleNotFoundError as error:
    raise ImportError(
        "rpchspec.wire needs the compiled part of the package: build it with CMake"
        " (docs/python.md), or install the package where g++, CMake and pybind11 are"
    ) from error

__all__ = [
    "NDR",
    "NDR64",
    "RTS_NAMES",
    "Ance",
    "AssociationGroupId",
    "Auth3",
    "AuthVerifier",
    "Bind",
    "BindAck",
    "BindNak",
    "ChannelLifetime",
    "ClientAddress",
    "ClientKeepalive",
    "ConnectionTimeout",
    "Cookie",
    "DecodeError",
    "Destination",
    "Empty",
    "Fault",
    "Field",
    "FlowControlAck",
    "NegativeAnce",
    "Opaque",
    "Padding",
    "PingTrafficSentNotify",
    "PresentationContext",
    "PresentationResult",
    "ReceiveWindowSize",
    "Request",
    "Response",
    "RpcHeader",
    "RpcPdu",
    "RtsHeader",
    "RtsPdu",
    "SyntaxId",
    "UnknownCommand",
    "Version",
    "Violation",
    "dissect",
    "split",
]
