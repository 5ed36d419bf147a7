"""Certificates with any name and any dates, and an authority that signs them."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.utcnow()


def named(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def alternative(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Authority:
    def __init__(self, folder):
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = named("Authority of a test")
        self.ca_file = folder / "ca.pem"
        certificate = self.certificate(self.name, self.key.public_key(), 3650, None, -1)
        self.ca_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def certificate(self, subject, public_key, days, names, begins):
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW + datetime.timedelta(days=begins))
            .not_valid_after(NOW + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        )
        if names:
            general = x509.SubjectAlternativeName([alternative(name) for name in names])
            builder = builder.add_extension(general, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def sign(self, *names, days=90, begins=-30):
        """CERT,KEY as --tls takes it."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.certificate(named(names[0]), key.public_key(), days, names, begins)
        cert, private = self.folder / "server.pem", self.folder / "server.key"
        cert.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
        )
        return f"{cert},{private}"
