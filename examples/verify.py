"""Verifies a signed viewer and a signed body in Python, with nothing but the standard library.

Run as a program, it reads {"secret", "headers", "body"} as JSON from standard input and prints the viewer.
"""

import hashlib
import hmac
import json
import re
import sys

PREFIX = "Rpcsignature rpc0:"
KEYS = {"organization_id", "user_id", "project_id", "actor_type", "token"}


def signature_of(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def is_signed(message: bytes, signature: str, secrets: list[str]) -> bool:
    if re.fullmatch("[0-9a-f]{64}", signature) is None:
        return False
    return any(hmac.compare_digest(signature, signature_of(secret, message)) for secret in secrets)


def verify_viewer_context(headers: dict[str, str], secrets: list[str]) -> dict | None:
    """The viewer, or None for no viewer. `headers` has lower-case names. Refuse a header that came twice before."""
    payload = headers.get("x-viewer-context")
    signature = headers.get("x-viewer-context-signature")
    if payload is None and signature is None:
        return None
    # WSGI decodes headers as Latin-1. The payload is ASCII, so its bytes are the same in UTF-8.
    if payload is None or signature is None or not is_signed(payload.encode(), signature, secrets):
        raise PermissionError("the viewer context is not signed with our secret")
    try:
        viewer = json.loads(payload)  # only now
    except (ValueError, RecursionError):
        viewer = None
    # The list of keys is closed: otherwise any signed body that names an organization would verify as a viewer.
    if not isinstance(viewer, dict) or not viewer.keys() <= KEYS:
        raise PermissionError("the viewer context is not a JSON object with the keys of a viewer")
    ids = {key: viewer[key] for key in ("organization_id", "user_id") if viewer.get(key) is not None}
    if not all(type(value) is int and 0 < value < 2**53 for value in ids.values()):
        raise PermissionError("the viewer context has an id that is not an integer in range")
    return ids or None


def verify_body(body: bytes, authorization: str, secrets: list[str]) -> None:
    """Raises unless the raw body, as it was received, is signed."""
    signature = authorization.removeprefix(PREFIX)
    if not authorization.startswith(PREFIX) or not is_signed(body, signature, secrets):
        raise PermissionError("the body is not signed with our secret")


if __name__ == "__main__":
    request = json.load(sys.stdin)
    headers = {name.lower(): value for name, value in request["headers"].items()}
    try:
        if "body" in request:
            verify_body(request["body"].encode(), headers.get("authorization", ""), [request["secret"]])
        print(json.dumps(verify_viewer_context(headers, [request["secret"]])))
    except PermissionError as error:
        sys.exit(f"refused: {error}")
