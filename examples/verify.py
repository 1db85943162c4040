"""Verifies a signed viewer, sent as a pair or as a token, and a signed body, with nothing but the standard library.

Run as a program, it reads requests from standard input, one JSON document per line:
{"secrets", "headers", "formats", "body" or "body_base64", "now"}. It prints one line for each: the viewer, null, or the
code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import re
import sys
import time

PAIR_KEYS = {"organization_id", "user_id", "project_id", "actor_type", "token"}
ACTOR_TYPES = {"user", "system", "integration", "agent", "unknown"}
# The last character of a token has two spare bits, which must be 0.
TOKEN = re.compile(r"([\w-]{1,200})\.([\w-]+)\.([\w-]{42}[AEIMQUYcgkosw048])", re.ASCII)


class ViewerContextError(Exception):
    """Why a request is refused. Respond with the code only. The message is for your log."""

    def __init__(self, code: str, message: str):
        super().__init__(f"{code}: {message}")
        self.code = code


def verify_viewer_context(headers, secrets: list[str], formats=("pair",), now: float | None = None) -> dict | None:
    """Returns the viewer; None if the sender signed a context without ids. Without viewer headers: ERR_MISSING_HEADER.

    `headers` maps names, in any case, to values, or is a list of pairs. `now` replaces the clock, for tests.
    """
    check_secrets(secrets)
    if not formats or not set(formats) <= {"pair", "jwt"}:
        raise ValueError("formats must contain 'pair', 'jwt' or both")
    context, signature = read_header(headers, "x-viewer-context"), read_header(headers, "x-viewer-context-signature")
    if context is None and signature is None:
        raise ViewerContextError("ERR_MISSING_HEADER", "the request has no viewer")
    # A signature makes it a pair, whatever its value.
    if context is None or ("jwt" if signature is None else "pair") not in formats:
        raise ViewerContextError("ERR_MALFORMED_HEADER", "half a pair, or a format that is not accepted here")
    if signature is None:
        return verify_token(context, secrets, time.time() if now is None else now)
    return verify_pair(context, signature, secrets)


def verify_body(body: bytes, headers, secrets: list[str]) -> None:
    """Raises unless the raw body is signed. Pass the bytes as they were received; b"" if there are none."""
    check_secrets(secrets)
    authorization = read_header(headers, "authorization")
    if authorization is None:
        raise ViewerContextError("ERR_MISSING_HEADER", "there is no Authorization")
    form = re.fullmatch("Rpcsignature rpc0:([0-9a-f]{64})", authorization)
    if form is None:
        raise ViewerContextError("ERR_MALFORMED_HEADER", "Authorization is not a body signature")
    check_signed(body, form[1], secrets, bytes.hex)


def verify_pair(payload: str, signature: str, secrets: list[str]) -> dict | None:
    if re.fullmatch("[0-9a-f]{64}", signature) is None:
        raise ViewerContextError("ERR_MALFORMED_HEADER", "the signature must be 64 lower-case hex digits")
    # WSGI decodes headers as Latin-1. The payload is ASCII, so its bytes are the same in UTF-8.
    check_signed(payload.encode("utf-8", "surrogatepass"), signature, secrets, bytes.hex)
    values = parse(payload)
    # No other keys are accepted. Otherwise, any signed body with an organization_id would verify as a viewer.
    if not values.keys() <= PAIR_KEYS:
        raise ViewerContextError("ERR_INVALID_PAYLOAD", "it has a key that no viewer has")
    return read_ids(values, "organization_id", "user_id") or None


def verify_token(token: str, secrets: list[str], now: float) -> dict | None:
    form = TOKEN.fullmatch(token)
    header, claims = (decode(form[1]), decode(form[2])) if form else ("", "")
    # The header is read before it is verified, so only this exact header is accepted, with its entries in any order.
    entries = ",".join(sorted(header[1:-1].split(",")))
    kid = re.fullmatch(r'"alg":"HS256","kid":"(\w+)","typ":"JWT"', entries, re.ASCII)
    if form is None or kid is None or header[0] + header[-1] != "{}" or not claims:
        raise ViewerContextError("ERR_MALFORMED_HEADER", "not a token, or one with a different header")
    named = [secret for secret in secrets if hashlib.sha256(secret.encode()).hexdigest()[:8] == kid[1]]
    check_signed(f"{form[1]}.{form[2]}".encode(), form[3], named, base64url)
    values = parse(claims)
    # Sentry signs other kinds of tokens with the same secret. They have an audience, or no actor.
    actor, iat, exp = values.get("actor_type"), values.get("iat"), values.get("exp")
    times = (iat, values.get("nbf", iat), exp)
    if values.get("iss") != "sentry" or "aud" in values or not isinstance(actor, str):
        raise ViewerContextError("ERR_INVALID_PAYLOAD", "it is a different kind of token")
    if not all(type(value) is float and math.isfinite(value) for value in times) or not 0 < exp - iat <= 3600:
        raise ViewerContextError("ERR_INVALID_PAYLOAD", "its times must be in seconds, and exp within an hour of iat")
    if now >= exp + 5:
        raise ViewerContextError("ERR_EXPIRED", f"the token expired {now - exp:.0f} s ago")
    if max(times[:2]) > now + 5:
        raise ViewerContextError("ERR_NOT_YET_VALID", f"the token is valid in {max(times[:2]) - now:.0f} s")
    viewer = read_ids(values, "organization_id", "user_id", "project_id")
    return {**viewer, "actor_type": actor if actor in ACTOR_TYPES else "unknown"} if viewer else None


# What senders trim. str.strip() also removes control characters, which senders keep.
WHITE_SPACE = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"
    "\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
)


def check_secrets(secrets: list[str]) -> None:
    """Refuses a misconfigured secret: one that would match no signature, or one that anyone could sign with."""
    if isinstance(secrets, str) or not secrets:
        raise ValueError("secrets must be a list of at least one secret")
    if any(secret.strip(WHITE_SPACE) != secret or not secret.strip("\0") for secret in secrets):
        raise ValueError("a secret must not be empty, or have whitespace around it")


def read_header(headers, name: str) -> str | None:
    pairs = headers.items() if hasattr(headers, "items") else headers
    values = [value for key, value in pairs if key.lower() == name and value is not None]
    if len(values) > 1 or not all(isinstance(value, str) for value in values):
        raise ViewerContextError("ERR_MALFORMED_HEADER", f"{name} was sent more than once, or is not a string")
    return values[0] if values else None


def check_signed(message: bytes, signature: str, secrets: list[str], encode) -> None:
    for secret in secrets:
        if hmac.compare_digest(encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()), signature):
            return
    raise ViewerContextError("ERR_SIGNATURE_MISMATCH", f"none of the secrets signed these {len(message)} bytes")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(part: str) -> str:
    """Accepts only the canonical encoding of each text."""
    try:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        text = data.decode()
    except ValueError:
        text = ""
    return text if text and base64url(data) == part else ""


def parse(text: str) -> dict:
    try:
        # Every number is a float, as in JavaScript: 1.0 and 1e3 are integers, and 1e999 is an error only in an id.
        values = json.loads(text, parse_int=float, parse_constant=int)  # int("NaN") raises
    except (ValueError, RecursionError):  # so deep nesting is refused
        values = None
    if not isinstance(values, dict):
        raise ViewerContextError("ERR_INVALID_PAYLOAD", "it is signed, but not a JSON object")
    return values


def read_ids(values: dict, *keys: str) -> dict:
    ids = {key: values[key] for key in keys if values.get(key) is not None}
    if not all(type(value) is float and value.is_integer() and 1 <= value < 2**53 for value in ids.values()):
        raise ViewerContextError("ERR_INVALID_PAYLOAD", "an id must be an integer from 1 to 2^53 - 1")
    return {key: int(value) for key, value in ids.items()}


if __name__ == "__main__":
    status = 0
    for line in sys.stdin.buffer:
        request = json.loads(line)
        headers, secrets, formats = request["headers"], request["secrets"], request.get("formats", ["pair"])
        try:
            if "body_base64" in request:
                verify_body(base64.b64decode(request["body_base64"]), headers, secrets)
            elif "body" in request:
                verify_body(request["body"].encode(), headers, secrets)
            print(json.dumps(verify_viewer_context(headers, secrets, formats, request.get("now"))))
        except ViewerContextError as error:
            status = 1
            print(json.dumps({"refused": error.code}))
            print(f"refused: {error}", file=sys.stderr)
    sys.exit(status)
