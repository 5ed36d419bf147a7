"""gRPC to an agent, with messages as dictionaries: protobuf's JSON form, names as in agent.proto.

grpcio and protobuf are imported when a channel is made, so that the rest goes without them. What the
messages look like is asked of the agent, by its reflection service: nothing is generated.
"""

from __future__ import annotations

import importlib
import ipaddress
import time
from typing import Any, Iterator, Mapping, Sequence

from rpchspec._errors import RpchspecError

_SERVICE = "rpchspec.v1.Agent"
_REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"


class Problem(tuple[str, str, int, int, str]):
    """Of a request: ``field``, and of a scenario file ``file``, ``line``, ``column``; ``text``."""

    field = property(lambda self: self[0])
    file = property(lambda self: self[1])
    line = property(lambda self: self[2])
    column = property(lambda self: self[3])
    text = property(lambda self: self[4])


class AgentError(RpchspecError):
    """An agent refused, or did not answer. ``status`` is gRPC's ("INVALID_ARGUMENT", "NOT_FOUND",
    "UNAVAILABLE"), ``problems`` say which field, and of a scenario which place, is wrong."""

    def __init__(self, status: str, text: str, problems: Sequence[Problem] = ()) -> None:
        self.status = status
        self.problems = tuple(problems)
        super().__init__(f"{status}: {text}")


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Channel:
    """One connection, made again as it is needed. Thread-safe."""

    def __init__(
        self,
        address: str,
        *,
        ca: bytes | None,
        certificate: bytes | None,
        key: bytes | None,
        name: str | None,
        token: str | None,
        timeout: float,
    ) -> None:
        self._grpc: Any = importlib.import_module("grpc")
        self._json: Any = importlib.import_module("google.protobuf.json_format")
        options: list[tuple[str, object]] = [("grpc.max_reconnect_backoff_ms", 2000)]
        options.append(("grpc.enable_http_proxy", 0))  # an agent is reached directly
        if name is not None:
            options.append(("grpc.ssl_target_name_override", name))
        if ca is None:
            if token is not None and not _is_loopback(address):
                raise ValueError("a token does not go in clear over a network: ca_file is missing")
            self._channel = self._grpc.insecure_channel(address, options)
        else:
            credentials = self._grpc.ssl_channel_credentials(ca, key, certificate)
            self._channel = self._grpc.secure_channel(address, credentials, options)
        self._metadata = [] if token is None else [("authorization", f"Bearer {token}")]
        self._timeout = timeout
        self._types: dict[str, Any] = {}
        self._methods: dict[str, tuple[Any, Any]] = {}

    def close(self) -> None:
        self._channel.close()

    def call(self, method: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """One request, one reply. Raises AgentError."""
        self._learn()
        asked, replied = self._methods[method]
        call = self._channel.unary_unary(
            f"/{_SERVICE}/{method}", lambda message: message.SerializeToString(), replied.FromString
        )
        try:
            reply = call(self._message(asked, request), metadata=self._metadata, timeout=self._timeout)
        except self._grpc.RpcError as error:
            raise self._error(error) from None
        return self._dictionary(reply)

    def stream(self, method: str, request: Mapping[str, Any]) -> Iterator[Any]:
        """The messages of a reply, as they come. Raises AgentError."""
        self._learn()
        asked, replied = self._methods[method]
        call = self._channel.unary_stream(
            f"/{_SERVICE}/{method}", lambda message: message.SerializeToString(), replied.FromString
        )
        stream = call(self._message(asked, request), metadata=self._metadata)
        try:
            yield from stream
        except self._grpc.RpcError as error:
            raise self._error(error) from None
        finally:
            stream.cancel()

    def _message(self, type_: Any, content: Mapping[str, Any]) -> Any:
        try:
            return self._json.ParseDict(content, type_())
        except self._json.ParseError as error:
            raise AgentError("INVALID_ARGUMENT", str(error)) from None

    def _dictionary(self, message: Any) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self._json.MessageToDict(message, preserving_proto_field_name=True)
        return told

    def _error(self, error: Any) -> AgentError:
        problems: list[Problem] = []
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin" and "rpchspec.v1.RpcStatus" in self._types:
                for each in self._types["rpchspec.v1.RpcStatus"].FromString(value).details:
                    found = self._types["rpchspec.v1.Problems"]()
                    if each.Unpack(found):
                        problems += [
                            Problem((p.field, p.file, p.line, p.column, p.text))
                            for p in found.problems
                        ]
        return AgentError(error.code().name, error.details() or "", problems)

    def _learn(self) -> None:
        if self._methods:
            return
        pools: Any = importlib.import_module("google.protobuf.descriptor_pool")
        factory: Any = importlib.import_module("google.protobuf.message_factory")
        pool = pools.DescriptorPool()
        _add(pool, self._files())
        classes = factory.MessageFactory(pool)

        def type_of(name: str) -> Any:
            descriptor = pool.FindMessageTypeByName(name)
            if hasattr(factory, "GetMessageClass"):
                return factory.GetMessageClass(descriptor)
            return classes.GetPrototype(descriptor)

        for name in ("rpchspec.v1.RpcStatus", "rpchspec.v1.Problems"):
            self._types[name] = type_of(name)
        methods = {}
        for method in pool.FindServiceByName(_SERVICE).methods:
            asked, replied = method.input_type.full_name, method.output_type.full_name
            methods[method.name] = (type_of(asked), type_of(replied))
        self._methods = methods

    def _files(self) -> list[bytes]:
        """The .proto files of the service, compiled."""
        ask = self._channel.stream_stream(_REFLECTION)
        request = b"\x22" + bytes([len(_SERVICE)]) + _SERVICE.encode()
        try:
            reply = next(ask(iter([request]), metadata=self._metadata, timeout=self._timeout))
        except self._grpc.RpcError as error:
            raise self._error(error) from None
        return [
            file for number, part in _fields(reply) if number == 4
            for inner, file in _fields(part) if inner == 1
        ]  # fmt: skip


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and content of each field that has a length; others are passed over."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 2:
            size, at = _varint(data, at)
            yield key >> 3, data[at : at + size]
            at += size
        elif key & 7 == 0:
            _, at = _varint(data, at)
        else:
            at += {1: 8, 5: 4}[key & 7]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _add(pool: Any, files: Sequence[bytes]) -> None:
    """Each behind those that it imports."""
    descriptors: Any = importlib.import_module("google.protobuf.descriptor_pb2")
    left = {each.name: each for each in map(descriptors.FileDescriptorProto.FromString, files)}
    while left:
        ready = [each for each in left.values() if not any(name in left for name in each.dependency)]
        for each in ready:
            pool.Add(each)
            del left[each.name]


def until(deadline: float, pause: float = 0.2) -> bool:
    """Waits a little between two attempts to connect. False: the time has run out."""
    time.sleep(pause)
    return time.monotonic() < deadline
