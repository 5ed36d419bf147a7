"""An agent as a caller in another language sees it: by its .proto file alone, with grpcio."""

import importlib
import pathlib
import subprocess
import sys

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTOS = ["harness/agent/proto/rpchspec/v1/agent.proto", "harness/agent/proto/rpchspec/v1/control.proto",
          "journal/journal.proto", "model/fault.proto"]  # fmt: skip
PATIENCE = 60  # seconds


def messages(folder):
    """The module that protoc makes of agent.proto."""
    module = "harness.agent.proto.rpchspec.v1.agent_pb2"
    if module not in sys.modules:
        subprocess.run(["protoc", "-I.", f"--python_out={folder}", *PROTOS], cwd=ROOT, check=True)
        sys.path.insert(0, str(folder))
        importlib.invalidate_caches()
    return importlib.import_module(module)


class Agent:
    """agent.Hello(client="x"): each method by its name, its request's fields as keywords."""

    def __init__(self, pb, address, credentials=None, token=None, options=()):
        self.pb = pb
        self.metadata = [("authorization", f"Bearer {token}")] if token else []
        self.channel = (
            grpc.secure_channel(address, credentials, options)
            if credentials
            else grpc.insecure_channel(address, options)
        )
        self.service = pb.DESCRIPTOR.services_by_name["Agent"]

    def __getattr__(self, name):
        method = self.service.methods_by_name[name]
        request_type = getattr(self.pb, method.input_type.name)
        streams = name in ("Run", "Attach", "Fetch")  # descriptors of this protobuf don't tell
        reply_type = self.pb.__dict__.get(method.output_type.name) or method.output_type._concrete_class
        call = (self.channel.unary_stream if streams else self.channel.unary_unary)(
            f"/{self.service.full_name}/{name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=reply_type.FromString,
        )

        def do(request=None, **fields):
            wanted = request if request is not None else request_type(**fields)
            return call(wanted, metadata=self.metadata, timeout=PATIENCE)

        return do

    def lease(self, seconds=600):
        return self.OpenSession(ttl={"seconds": seconds}).lease

    def follow(self, lease, run_id, **fields):
        """Runs to the end. @return the events."""
        return list(self.Run(lease=lease, run_id=run_id, **fields))

    def close(self):
        self.channel.close()


def problems(pb, error):
    """The details of a status, as libraries for google.rpc.Status read them."""
    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            status = pb.RpcStatus.FromString(value)
            found = pb.Problems()
            assert status.details[0].Unpack(found)
            return list(found.problems)
    return []
