"""The control API of `rpchspec up`, as the tests of the program call it."""

import http.client
import json
import ssl
import urllib.parse


class Control:
    def __init__(self, url, token=None, cafile=None):
        where = urllib.parse.urlparse(url)
        if where.scheme == "https":
            context = ssl.create_default_context(cafile=cafile)
            self.connection = http.client.HTTPSConnection(
                where.hostname, where.port, timeout=90, context=context
            )
        else:
            self.connection = http.client.HTTPConnection(where.hostname, where.port, timeout=90)
        self.fields = {"Authorization": f"Bearer {token}"} if token else {}

    def ask(self, method, path, body=None, fields=None):
        """-> (status, JSON)"""
        sent = dict(self.fields)
        if body is not None:
            sent["Content-Type"] = "application/json"
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        self.connection.request(method, path, body, {**sent, **(fields or {})})
        response = self.connection.getresponse()
        return response.status, json.loads(response.read())

    def get(self, path):
        status, answer = self.ask("GET", path)
        assert status == 200, answer
        return answer

    def post(self, path, body=None):
        status, answer = self.ask("POST", path, {} if body is None else body)
        assert status == 200, answer
        return answer

    def events(self, wanted, since=1):
        """Waits until an event for which `wanted` holds has come. -> that record"""
        while True:
            events = self.get(f"/v1/events?since={since}&wait=60s")
            for record in events.get("events", []):
                if wanted(record["event"]):
                    return record
            assert events.get("events"), "it did not come"
            since = events["next"]
