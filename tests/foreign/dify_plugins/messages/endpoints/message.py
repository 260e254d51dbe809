import json
from collections.abc import Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response


class MessageEndpoint(Endpoint):
    """Answers each message once, however often it is delivered: written for a storage that raises."""

    def _invoke(self, r: Request, values: Mapping, settings: Mapping) -> Response:
        storage = self.session.storage
        message = r.get_json()
        marker = f"wecom_msg_{values['id']}"
        try:
            already = storage.get(marker) == b"processing"
        except Exception:  # noqa: BLE001 - the SDK has no finer one
            already = False
        if not already:
            storage.set(marker, b"processing")
            storage.set(f"whatsapp:{message['phone']}:{values['id']}", message["text"].encode())
        answer = {
            "answered": not already,
            "greeting": settings.get("greeting"),
            "agent": r.headers.get("X-Agent"),
        }
        return Response(json.dumps(answer), status=200, content_type="application/json")
