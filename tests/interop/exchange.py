"""What clients know of an Exchange server: interfaces, ports, call numbers."""

STORE = ("a4f1db00-ca47-1067-b31f-00dd010662da", "0.81")
STORE_ASYNC = ("5261574a-4572-206e-b268-6b199213b4e4", "0.1")
REFERRAL = ("1544f5e0-613c-11d1-93df-00c04fd7bd09", "1.0")
ADDRESS_BOOK = ("f5cc5a18-4264-101a-8c59-08002b2f8426", "56.0")
MGMT = ("afa8bd80-7d8a-11c9-bef4-08002b102989", "1.0")

STORE_PORT = 6001
REFERRAL_PORT = 6002
ADDRESS_BOOK_PORT = 6004
MAPPER_PORT = 593

EC_DUMMY_RPC = 6
RFR_GET_NEW_DSA = 0
NSPI_BIND = 0
NSPI_UNBIND = 1

SERVER = "EXCH01"
FQDN = "exch01.rpchspec.example"
GLOBAL_CATALOG = "gc01.rpchspec.example"
USER_DN = "/o=rpchspec/ou=Exchange Administrative Group/cn=Recipients/cn=tester"
USER = "tester"
PASSWORD = "correct horse"
