"""Verifies a signed viewer and a signed body in Python, with nothing but the standard library.

Run as a program, it reads {"secret", "headers", "body"} as JSON from standard input and prints the viewer.
"""

import hashlib
import hmac
import json
import re
import sys

PREFIX = "Rpcsignature rpc0:"


def signature_of(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def is_right(signature: str, secrets: list[str], message: bytes) -> bool:
    if re.fullmatch("[0-9a-f]{64}", signature) is None:
        return False
    return any(hmac.compare_digest(signature, signature_of(secret, message)) for secret in secrets)


def verify_viewer_context(headers: dict[str, str], secrets: list[str]) -> dict | None:
    """The viewer, or None for nobody. `headers` has lower-case names; one that came twice must be refused before."""
    payload = headers.get("x-viewer-context")
    signature = headers.get("x-viewer-context-signature")
    if payload is None and signature is None:
        return None
    # WSGI decodes headers as Latin-1; the payload is ASCII, so its bytes are the same in UTF-8.
    if payload is None or signature is None or not is_right(signature, secrets, payload.encode()):
        raise PermissionError("the viewer context is not signed with a secret of ours")
    viewer = json.loads(payload)  # only now
    ids = {key: viewer[key] for key in ("organization_id", "user_id") if viewer.get(key) is not None}
    if not all(type(value) is int and 0 < value < 2**53 for value in ids.values()):
        raise PermissionError("the viewer context has an id that is no integer in range")
    return ids or None


def verify_body(body: bytes, authorization: str, secrets: list[str]) -> None:
    """Raises unless the body, as it came and not parsed, is signed."""
    signature = authorization.removeprefix(PREFIX)
    if not authorization.startswith(PREFIX) or not is_right(signature, secrets, body):
        raise PermissionError("the body is not signed with a secret of ours")


if __name__ == "__main__":
    request = json.load(sys.stdin)
    headers = {name.lower(): value for name, value in request["headers"].items()}
    try:
        if "body" in request:
            verify_body(request["body"].encode(), headers.get("authorization", ""), [request["secret"]])
        print(json.dumps(verify_viewer_context(headers, [request["secret"]])))
    except PermissionError as error:
        sys.exit(f"refused: {error}")
