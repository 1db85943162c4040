"""Writes docs/protocol-vectors.json, which docs/protocol.md describes:

    python3 scripts/protocol-vectors.py > docs/protocol-vectors.json

The verdicts are written here by hand, from docs/protocol.md. The signatures come from Python's hmac, and the tokens that
must be signed from PyJWT: never from this package. PyJWT, with the options that Sentry uses, also decides each token by
itself. Where its decision is a different one, the case says so in the field `pyjwt`.
"""

import base64
import datetime
import hashlib
import hmac
import json
import sys
import warnings

import jwt

# --- What the cases are made with ---

SECRET = "secret-one"
TOKEN_SECRET = "test-seer-api-shared-secret-thirty-two-bytes!"
IAT = 1700000000

PAYLOAD = '{"organization_id":1,"user_id":2}'
VIEWER = {"organization_id": 1, "user_id": 2}
CLAIMS = '{"actor_type":"user","organization_id":1,"user_id":2,"iat":1700000000,"exp":1700000900,"iss":"sentry"}'
USER = {**VIEWER, "actor_type": "user"}
ABSENT = object()

MISSING = "ERR_MISSING_HEADER"
MALFORMED = "ERR_MALFORMED_HEADER"
MISMATCH = "ERR_SIGNATURE_MISMATCH"
INVALID = "ERR_INVALID_PAYLOAD"
EXPIRED = "ERR_EXPIRED"
EARLY = "ERR_NOT_YET_VALID"
NO_VIEWER_CONTEXT = "ERR_INVALID_VIEWER_CONTEXT"
NO_SECRET = "ERR_MISSING_SECRET"
BAD_SECRET = "ERR_INVALID_SECRET"


def to_bytes(value):
    """The bytes of a text, or of {"base64": ...}."""
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value.encode()


def digest(message, secret=SECRET, name="sha256"):
    return hmac.new(to_bytes(secret), to_bytes(message), name)


def digits(message, secret=SECRET):
    return digest(message, secret).hexdigest()


def base64url(data):
    data = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def key_id(secret):
    return hashlib.sha256(to_bytes(secret)).hexdigest()[:8]


def as_json(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def pair(payload=PAYLOAD, signature=None, secret=SECRET):
    return [
        ["X-Viewer-Context", payload],
        ["X-Viewer-Context-Signature", digits(payload, secret) if signature is None else signature],
    ]


def authorization(body, secret=SECRET):
    return ["Authorization", "Rpcsignature rpc0:" + digits(body, secret)]


def header_text(secret=TOKEN_SECRET, **entries):
    """The first part of a token as JSON, with some entries changed, added or ABSENT."""
    header = {"alg": "HS256", "kid": key_id(secret), "typ": "JWT", **entries}
    return as_json({key: value for key, value in header.items() if value is not ABSENT})


def claims_text(**claims):
    """The claims as JSON, some changed, added or ABSENT."""
    changed = {**json.loads(CLAIMS), **claims}
    return as_json({key: value for key, value in changed.items() if value is not ABSENT})


def sign_parts(first, second, secret=TOKEN_SECRET, name="sha256"):
    return f"{first}.{second}." + base64url(digest(f"{first}.{second}", secret, name).digest())


def token(claims=CLAIMS, header=None, secret=TOKEN_SECRET):
    return sign_parts(base64url(header_text(secret) if header is None else header), base64url(claims), secret)


TOKEN = token()
HEADER_PART, CLAIMS_PART, SIGNATURE_PART = TOKEN.split(".")
RIGHT_HEADER = header_text()

# --- Signing ---

# name, secret, key id
KEY_IDS = [
    ("the secret of the pairs below", SECRET, "ea77193c"),
    ("the secret of the tokens below", TOKEN_SECRET, "d8191259"),
    ("another secret", "secret-two", "cebdf378"),
    ("a third secret", "test-secret", "9caf06bb"),
    ("a secret that is not ASCII: its UTF-8 bytes", "clé", key_id({"base64": "Y2zDqQ=="})),
    ("a secret that is bytes and not UTF-8", {"base64": "//4K"}, key_id({"base64": "//4K"})),
]

# name, secret, code; None if it is usable
SECRETS = [
    ("an empty secret", "", NO_SECRET),
    ("a secret of whitespace", " \t\r\n", BAD_SECRET),
    ("a secret with a line end, as from a mounted file", "secret-one\n", BAD_SECRET),
    ("a secret with a leading space", " secret-one", BAD_SECRET),
    ("a secret with a no-break space", "secret-one\u00a0", BAD_SECRET),
    ("a secret with an ideographic space", "\u3000secret-one", BAD_SECRET),
    ("a secret with a leading byte order mark", "\ufeffsecret-one", BAD_SECRET),
    ("a secret with a trailing byte order mark", "secret-one\ufeff", BAD_SECRET),
    ("a secret of zero bytes", "\0\0", BAD_SECRET),
    (
        "a secret of 32 zero bytes, as if it had been wiped",
        {"base64": base64.b64encode(bytes(32)).decode()},
        BAD_SECRET,
    ),
    ("a secret with whitespace inside", "secret one", None),
    ("a secret that ends with U+001F, which is not whitespace", "secret-one\u001f", None),
    ("a secret that ends with U+0085, which is not whitespace", "secret-one\u0085", None),
    ("a secret that ends with U+200B, which is not whitespace", "secret-one\u200b", None),
    ("a secret in base64, which is not decoded", "c2VjcmV0LW9uZQ==", None),
    ("a secret of bytes that ends like a line and is not UTF-8", {"base64": "//4K"}, None),
    ("a secret of bytes of which some are zero", {"base64": "AAAB"}, None),
]

# name, viewer, payload; None if there are no headers; or the code
SIGNED_PAIRS = [
    ("a pair with both ids", VIEWER, PAYLOAD),
    ("a pair with the user first: the order is fixed", {"user_id": 2, "organization_id": 1}, PAYLOAD),
    ("a pair with an organization only", {"organization_id": 1}, '{"organization_id":1}'),
    ("a pair with a user only", {"user_id": 2}, '{"user_id":2}'),
    ("a pair with an organization that is null", {"organization_id": None, "user_id": 2}, '{"user_id":2}'),
    ("a pair with the largest id", {"user_id": 9007199254740991}, '{"user_id":9007199254740991}'),
    (
        "a pair with ids as strings",
        {"organization_id": "10", "user_id": "4505123456789012"},
        '{"organization_id":10,"user_id":4505123456789012}',
    ),
    ("a pair with the largest id as a string", {"user_id": "9007199254740991"}, '{"user_id":9007199254740991}'),
    (
        "a pair with a project and an actor that are null",
        {"user_id": 2, "project_id": None, "actor_type": None},
        '{"user_id":2}',
    ),
    ("a pair for no viewer", None, None),
    ("a pair for a viewer without ids", {}, None),
    ("a pair for a viewer whose ids are null", {"organization_id": None, "user_id": None}, None),
    ("a pair with a project", {"organization_id": 1, "project_id": 3}, NO_VIEWER_CONTEXT),
    ("a pair with an actor", {"organization_id": 1, "actor_type": "user"}, NO_VIEWER_CONTEXT),
    ("a pair with an unknown key", {"organization_id": 1, "role": "owner"}, NO_VIEWER_CONTEXT),
    ("a pair for an array", [1], NO_VIEWER_CONTEXT),
    ("a pair for a text", "1", NO_VIEWER_CONTEXT),
] + [
    (f"a pair with the id {as_json(value)}", {"organization_id": 1, "user_id": value}, NO_VIEWER_CONTEXT)
    for value in [
        *[0, -1, 1.5, 9007199254740992, 10**17, True, False, [2], {}],
        *["", "0", "042", " 42", "42\n", "4.2e1", "0x2a", "+42", "-42", "42.0", "４２"],
        *["9007199254740992", "10000000000000000", '42,"user_id":5'],
    ]
]

# name, viewer, claims before iat in their order; None if there is no header; or the code
SIGNED_TOKENS = [
    ("a token with two ids and an actor", USER, {"actor_type": "user", "organization_id": 1, "user_id": 2}),
    (
        "a token with every field, whatever their order",
        {"user_id": 2, "project_id": 3, "organization_id": 1, "actor_type": "agent"},
        {"actor_type": "agent", "organization_id": 1, "project_id": 3, "user_id": 2},
    ),
    ("a token with an organization only", {"organization_id": 1}, {"actor_type": "unknown", "organization_id": 1}),
    ("a token with a project only, as a string", {"project_id": "3"}, {"actor_type": "unknown", "project_id": 3}),
    ("a token with the largest id", {"user_id": 2**53 - 1}, {"actor_type": "unknown", "user_id": 2**53 - 1}),
    ("a token with an actor that is null", {"user_id": 2, "actor_type": None}, {"actor_type": "unknown", "user_id": 2}),
    ("a token for a user", {"user_id": 2, "actor_type": "user"}, {"actor_type": "user", "user_id": 2}),
    ("a token for the system", {"user_id": 2, "actor_type": "system"}, {"actor_type": "system", "user_id": 2}),
    (
        "a token for an integration",
        {"user_id": 2, "actor_type": "integration"},
        {"actor_type": "integration", "user_id": 2},
    ),
    ("a token for an unknown actor", {"user_id": 2, "actor_type": "unknown"}, {"actor_type": "unknown", "user_id": 2}),
    ("a token for no viewer", None, None),
    ("a token for an actor without ids", {"actor_type": "system"}, None),
    ("a token with an unlisted actor", {"user_id": 2, "actor_type": "admin"}, NO_VIEWER_CONTEXT),
    ("a token with an actor in upper case", {"user_id": 2, "actor_type": "User"}, NO_VIEWER_CONTEXT),
    ("a token with an empty actor", {"user_id": 2, "actor_type": ""}, NO_VIEWER_CONTEXT),
    ("a token with an array as actor", {"user_id": 2, "actor_type": ["user"]}, NO_VIEWER_CONTEXT),
    ("a token with the project 0", {"project_id": 0}, NO_VIEWER_CONTEXT),
    ("a token with the project 03", {"project_id": "03"}, NO_VIEWER_CONTEXT),
    ("a token with an unknown key", {"user_id": 2, "superuser": True}, NO_VIEWER_CONTEXT),
]

# name, secret, body
SIGNED_BODIES = [
    ("a JSON body, with its spaces", SECRET, '{"b": 12, "thing": "thing"}'),
    ("an empty body", SECRET, ""),
    (
        "a body under another secret",
        "test-shared-secret",
        '{"args":{"organization_id":123,"repository_id":456,"issue_id":"test-issue-id","body":"body"}}',
    ),
    ("a body that is not ASCII: its UTF-8 bytes", SECRET, "é日\0"),
    ("a body that is not UTF-8", SECRET, {"base64": "/wCACg=="}),
    ("a body that is a pair's payload: the pair's digits", SECRET, PAYLOAD),
    (
        "a body that is the first two parts of a token: the token's signature, as digits",
        TOKEN_SECRET,
        f"{HEADER_PART}.{CLAIMS_PART}",
    ),
]

# --- Verifying pairs ---

# name, payload, viewer. They are signed with SECRET, and pairs are accepted.
PAYLOADS = [
    ("a pair", PAYLOAD, VIEWER),
    ("the user first", '{"user_id":2,"organization_id":1}', VIEWER),
    ("an organization only", '{"organization_id":1}', {"organization_id": 1}),
    ("a user only", '{"user_id":2}', {"user_id": 2}),
    ("the actor first, as Sentry once sent it", '{"actor_type":"user","organization_id":1}', {"organization_id": 1}),
    (
        "every key that a pair may have: only the two ids are read",
        '{"organization_id":1,"user_id":2,"project_id":3,"actor_type":"user","token":{"user_id":5}}',
        VIEWER,
    ),
    (
        "values that are not read can be anything",
        '{"user_id":2,"project_id":"x","actor_type":7,"token":[1e999]}',
        {"user_id": 2},
    ),
    ("an id that is null is absent", '{"organization_id":null,"user_id":2}', {"user_id": 2}),
    ("whitespace", ' \t\r\n{ "user_id" : 2 } ', {"user_id": 2}),
    ("an escaped key", '{"user\\u005fid":2}', {"user_id": 2}),
    ("a key twice: the last one counts", '{"user_id":"3","user_id":2}', {"user_id": 2}),
    ("the largest id", '{"user_id":9007199254740991}', {"user_id": 9007199254740991}),
    ("the id 2.0", '{"user_id":2.0}', {"user_id": 2}),
    ("the id 1e3", '{"user_id":1e3}', {"user_id": 1000}),
    ("the id 20E-1", '{"user_id":20E-1}', {"user_id": 2}),
    ("an id that is an integer only as a double", '{"user_id":9007199254740991.4}', {"user_id": 9007199254740991}),
    ("an escaped lone surrogate in what is not read", '{"user_id":2,"token":"\\ud800"}', {"user_id": 2}),
    ("a letter that is not ASCII: the signature covers its UTF-8 bytes", '{"user_id":2,"token":"é"}', {"user_id": 2}),
    ("a number of 400 digits in what is not read", '{"user_id":2,"token":' + "9" * 400 + "}", {"user_id": 2}),
    ("an empty object: no viewer", "{}", None),
    ("ids that are null: no viewer", '{"organization_id":null,"user_id":null}', None),
    ("an actor without ids: no viewer", '{"actor_type":"system"}', None),
    ("a project, which is not read: no viewer", '{"project_id":3}', None),
]

# Signed with SECRET, and not a viewer.
NO_PAYLOADS = [
    *["", " ", "x", "null", "1", "true", '"{}"', "[]", '[{"user_id":2}]', "{", "{}{}", '{"user_id":2}x', "x{}"],
    *["{'user_id':2}", '{"user_id":2,}', '{"user_id":02}', '{"user_id":2.}', '{"user_id":+2}', '{"user_id":NaN}'],
    *['{"token":NaN}', '{"token":Infinity}', '{"token":-Infinity}', '{"token":"\u0001"}', '{"token":"\\x"}'],
    *['{"user_id":2,"":1}', '{"user_id":2,"args":1}', '{"user_id":2,"__proto__":1}', '{"user_id":2,"constructor":1}'],
    *['{"userId":2}', '{"User_ID":2}', '{"user_id ":2}', '{"organization_id":1,"repository_id":7}', "\u00a0{}"],
    *['{"organization_id":1,"user_id":2,"project_id":3,"actor_type":"user","token":{},"scopes":[]}'],
    *['{"user_id":2,"user_id":"2"}', "ï»¿{}"],
] + [
    '{"%s":%s}' % (key, value)
    for key, values in [
        ("organization_id", ["0", "-1", "1.5", "9007199254740992", '"1"', "true", "[1]"]),
        (
            "user_id",
            ["0", "-0", "0.5", "9007199254740991.5", "9007199254740993", "1e999", "1e-999", '""', "false", "{}"],
        ),
    ]
    for value in values
]

RIGHT = digits(PAYLOAD)
# name, payload, signature, verdict
PAIR_SIGNATURES = [
    ("another viewer's signature", '{"organization_id":1,"user_id":3}', RIGHT, MISMATCH),
    ("the same viewer, written with a space", '{"organization_id":1, "user_id":2}', RIGHT, MISMATCH),
    ("a payload with a space before it", " " + PAYLOAD, RIGHT, MISMATCH),
    ("a payload with a line end", PAYLOAD + "\n", RIGHT, MISMATCH),
    ("a payload twice, joined", f"{PAYLOAD}, {PAYLOAD}", RIGHT, MISMATCH),
    ("an empty payload, not signed", "", RIGHT, MISMATCH),
    ("a payload that is not JSON, not signed: verified before it is read", "{", RIGHT, MISMATCH),
    ("another secret's signature", PAYLOAD, digits(PAYLOAD, "secret-two"), MISMATCH),
    ("a signature with its first digit changed", PAYLOAD, "1" + RIGHT[1:], MISMATCH),
    ("a signature with its last digit changed", PAYLOAD, RIGHT[:-1] + "f", MISMATCH),
    (
        "the signature of the Latin-1 bytes",
        '{"token":"é"}',
        digits({"base64": base64.b64encode('{"token":"é"}'.encode("latin-1")).decode()}),
        MISMATCH,
    ),
    ("a plain SHA-256 for the signature", PAYLOAD, hashlib.sha256(PAYLOAD.encode()).hexdigest(), MISMATCH),
    ("an empty signature", PAYLOAD, "", MALFORMED),
    ("a signature in upper case", PAYLOAD, RIGHT.upper(), MALFORMED),
    ("a signature with one digit in upper case", PAYLOAD, RIGHT.replace("f", "F", 1), MALFORMED),
    ("a signature of 63 digits", PAYLOAD, RIGHT[1:], MALFORMED),
    ("a signature of 65 digits", PAYLOAD, RIGHT + "0", MALFORMED),
    ("a signature with a digit that is not hexadecimal", PAYLOAD, RIGHT[:-1] + "g", MALFORMED),
    ("a signature with a space before it", PAYLOAD, " " + RIGHT, MALFORMED),
    ("a signature with a space after it", PAYLOAD, RIGHT + " ", MALFORMED),
    ("a signature with a line end", PAYLOAD, RIGHT + "\n", MALFORMED),
    ("a signature that is not ASCII", PAYLOAD, RIGHT[:-1] + "é", MALFORMED),
    ("a signature twice, joined", PAYLOAD, f"{RIGHT}, {RIGHT}", MALFORMED),
    ("a signature in base64url", PAYLOAD, base64url(digest(PAYLOAD).digest()), MALFORMED),
    ("a signature with the body's scheme", PAYLOAD, "Rpcsignature rpc0:" + RIGHT, MALFORMED),
    ("a malformed signature of another payload: the form is checked first", "{", RIGHT.upper(), MALFORMED),
]

# --- Headers and formats ---

PAIR, CONTEXT, SIGNATURE = pair(), pair()[0], pair()[1]
TOKEN_HEADER = ["X-Viewer-Context", TOKEN]
BOTH = ["pair", "jwt"]


def renamed(header, name):
    return [name, header[1]]


# name, headers, formats, verdict. SECRET and TOKEN_SECRET are accepted, 10 s after IAT.
HEADERS = [
    ("no headers", [], ["pair"], MISSING),
    ("no headers, tokens accepted", [], ["jwt"], MISSING),
    ("other headers only", [["Host", "seer"], authorization(""), ["X-Viewer", PAYLOAD]], BOTH, MISSING),
    (
        "names with _, which are other headers",
        [["X_Viewer_Context", PAYLOAD], ["X_Viewer_Context_Signature", RIGHT]],
        BOTH,
        MISSING,
    ),
    (
        "longer names, which are other headers",
        [["X-Viewer-Context-2", PAYLOAD], ["X-Viewer-Context-Signature-2", RIGHT]],
        BOTH,
        MISSING,
    ),
    ("a name with a space after it, which is another header", [["X-Viewer-Context ", PAYLOAD]], BOTH, MISSING),
    (
        "names in lower case",
        [renamed(CONTEXT, "x-viewer-context"), renamed(SIGNATURE, "x-viewer-context-signature")],
        ["pair"],
        VIEWER,
    ),
    (
        "names in upper case",
        [renamed(CONTEXT, "X-VIEWER-CONTEXT"), renamed(SIGNATURE, "X-VIEWER-CONTEXT-SIGNATURE")],
        ["pair"],
        VIEWER,
    ),
    (
        "the signature first, among other headers",
        [["Host", "seer"], SIGNATURE, ["Accept", "*/*"], CONTEXT, ["X_Viewer_Context", "{}"]],
        ["pair"],
        VIEWER,
    ),
    ("a payload without a signature", [CONTEXT], ["pair"], MALFORMED),
    ("a payload without a signature, both formats accepted", [CONTEXT], BOTH, MALFORMED),
    ("a signature without a payload", [SIGNATURE], ["pair"], MALFORMED),
    ("a signature without a payload, both formats accepted", [SIGNATURE], BOTH, MALFORMED),
    ("a signature without a payload, tokens accepted", [SIGNATURE], ["jwt"], MALFORMED),
    ("an empty signature without a payload", [renamed(["", ""], SIGNATURE[0])], ["pair"], MALFORMED),
    ("a payload twice", [CONTEXT, CONTEXT, SIGNATURE], ["pair"], MALFORMED),
    (
        "a payload twice, under names in different case",
        [CONTEXT, renamed(CONTEXT, "x-viewer-context"), SIGNATURE],
        ["pair"],
        MALFORMED,
    ),
    ("a payload twice, one of them empty", [CONTEXT, ["x-viewer-context", ""], SIGNATURE], ["pair"], MALFORMED),
    ("a signature twice", [CONTEXT, SIGNATURE, SIGNATURE], ["pair"], MALFORMED),
    (
        "a signature twice, under names in different case",
        [CONTEXT, SIGNATURE, renamed(SIGNATURE, "x-viewer-context-signature")],
        ["pair"],
        MALFORMED,
    ),
    (
        "a signature twice, one of them empty",
        [CONTEXT, SIGNATURE, ["x-viewer-context-signature", ""]],
        ["pair"],
        MALFORMED,
    ),
    ("a signature twice without a payload", [SIGNATURE, SIGNATURE], BOTH, MALFORMED),
    ("a token twice", [TOKEN_HEADER, TOKEN_HEADER], ["jwt"], MALFORMED),
    ("a token twice, joined", [["X-Viewer-Context", f"{TOKEN}, {TOKEN}"]], ["jwt"], MALFORMED),
    ("a pair where both are accepted", PAIR, BOTH, VIEWER),
    ("a token where both are accepted", [TOKEN_HEADER], BOTH, USER),
    (
        "a token where both are accepted, listed the other way round",
        [renamed(TOKEN_HEADER, "x-viewer-context")],
        ["jwt", "pair"],
        USER,
    ),
    ("a pair where tokens are accepted", PAIR, ["jwt"], MALFORMED),
    ("a token where pairs are accepted", [TOKEN_HEADER], ["pair"], MALFORMED),
    (
        "a token beside an empty signature, both formats accepted",
        [TOKEN_HEADER, ["X-Viewer-Context-Signature", ""]],
        BOTH,
        MALFORMED,
    ),
    (
        "a token beside an empty signature, tokens accepted",
        [TOKEN_HEADER, ["X-Viewer-Context-Signature", ""]],
        ["jwt"],
        MALFORMED,
    ),
    ("a token beside a pair's signature, both formats accepted", [TOKEN_HEADER, SIGNATURE], BOTH, MISMATCH),
    ("a token beside its own signature as a pair, both formats accepted", pair(TOKEN), BOTH, INVALID),
    ("a token beside its own signature as a pair, tokens accepted", pair(TOKEN), ["jwt"], MALFORMED),
]

# --- Bodies ---

RPC = "Rpcsignature rpc0:"
EMPTY = digits("")
# name, body, values of Authorization, verdict. The viewer is the known pair: the body decides.
BODIES = [
    ("a JSON body is signed", '{"b": 12, "thing": "thing"}', [RPC + digits('{"b": 12, "thing": "thing"}')], VIEWER),
    ("an empty body is signed", "", [RPC + EMPTY], VIEWER),
    ("a body that is not ASCII is signed", "é日\0", [RPC + digits("é日\0")], VIEWER),
    ("a body of bytes is signed", {"base64": "/wCACg=="}, [RPC + digits({"base64": "/wCACg=="})], VIEWER),
    ("a body under the second secret", "{}", [RPC + digits("{}", TOKEN_SECRET)], VIEWER),
    ("no Authorization", "{}", [], MISSING),
    ("no Authorization and no body", "", [], MISSING),
    ("another body", "{}", [RPC + digits("{ }")], MISMATCH),
    ("a body with a line end more", "{}\n", [RPC + digits("{}")], MISMATCH),
    ("an empty body with another body's signature", "", [RPC + digits("{}")], MISMATCH),
    ("the signature of an empty body", "{}", [RPC + EMPTY], MISMATCH),
    ("a body under another secret", "{}", [RPC + digits("{}", "secret-two")], MISMATCH),
    ("a body whose letters are composed differently", "e\u0301", [RPC + digits("\u00e9")], MISMATCH),
    ("an empty Authorization", "", [""], MALFORMED),
    ("the digits without the scheme", "", [EMPTY], MALFORMED),
    ("another scheme", "", ["Bearer abc"], MALFORMED),
    ("the scheme in lower case", "", ["rpcsignature rpc0:" + EMPTY], MALFORMED),
    ("the scheme in upper case", "", ["RPCSIGNATURE RPC0:" + EMPTY], MALFORMED),
    ("another key name", "", ["Rpcsignature rpc1:" + EMPTY], MALFORMED),
    ("two spaces", "", ["Rpcsignature  rpc0:" + EMPTY], MALFORMED),
    ("a tab for the space", "", ["Rpcsignature\trpc0:" + EMPTY], MALFORMED),
    ("a space after the colon", "", ["Rpcsignature rpc0: " + EMPTY], MALFORMED),
    ("a space before the scheme", "", [" " + RPC + EMPTY], MALFORMED),
    ("a line end after the digits", "", [RPC + EMPTY + "\n"], MALFORMED),
    ("upper-case digits", "", [RPC + EMPTY.upper()], MALFORMED),
    ("63 digits", "", [RPC + EMPTY[:-1]], MALFORMED),
    ("65 digits", "", [RPC + EMPTY + "0"], MALFORMED),
    ("no digits", "", [RPC], MALFORMED),
    ("Authorization twice", "", [RPC + EMPTY, RPC + EMPTY], MALFORMED),
    ("Authorization twice, joined", "", [f"{RPC}{EMPTY}, {RPC}{EMPTY}"], MALFORMED),
    ("Authorization twice, one of them empty", "", [RPC + EMPTY, ""], MALFORMED),
]

# --- Verifying tokens ---

# name, token, verdict. TOKEN_SECRET and SECRET are accepted, 10 s after IAT.
TOKEN_SIGNATURES = [
    ("a token", TOKEN, USER),
    ("other claims", f"{HEADER_PART}.{base64url(claims_text(user_id=3))}.{SIGNATURE_PART}", MISMATCH),
    (
        "claims that are not JSON, not signed: verified before they are read",
        f"{HEADER_PART}.{base64url('{')}.{SIGNATURE_PART}",
        MISMATCH,
    ),
    ("another accepted secret's header", f"{base64url(header_text(SECRET))}.{CLAIMS_PART}.{SIGNATURE_PART}", MISMATCH),
    (
        "the header in another order, with the signature of the usual one",
        ".".join([base64url('{"typ":"JWT","kid":"d8191259","alg":"HS256"}'), CLAIMS_PART, SIGNATURE_PART]),
        MISMATCH,
    ),
    (
        "another token's signature",
        f"{HEADER_PART}.{CLAIMS_PART}.{token(claims_text(user_id=3)).split('.')[2]}",
        MISMATCH,
    ),
    ("another secret's signature", token(header=header_text(), secret="secret-two"), MISMATCH),
    ("a secret that is not accepted, with its key id", token(secret="secret-two"), MISMATCH),
    ("an accepted secret, with the key id of another accepted one", token(header=header_text(SECRET)), MISMATCH),
    ("a key id of no secret", token(header=header_text(kid="deadbeef")), MISMATCH),
    ("a key id cut short", token(header=header_text(kid="d819125")), MISMATCH),
    ("a key id with a digit more", token(header=header_text(kid="d81912590")), MISMATCH),
    ("a key id in upper case", token(header=header_text(kid="D8191259")), MISMATCH),
    ("a key id of 114 letters: a header part of 200 characters", token(header=header_text(kid="a" * 114)), MISMATCH),
    ("a signature of zero bytes", f"{HEADER_PART}.{CLAIMS_PART}.{'A' * 43}", MISMATCH),
    (
        "HMAC-SHA512, cut to 32 bytes",
        f"{HEADER_PART}.{CLAIMS_PART}."
        + base64url(digest(f"{HEADER_PART}.{CLAIMS_PART}", TOKEN_SECRET, "sha512").digest()[:32]),
        MISMATCH,
    ),
    (
        "an expired token, wrongly signed: the signature is checked first",
        f"{HEADER_PART}.{base64url(claims_text(exp=IAT - 3600))}.{SIGNATURE_PART}",
        MISMATCH,
    ),
]

LETTERS_IN_BASE64 = base64.b64encode(b'{"a":"\xbf\xbe"}').decode()  # holds + or /
TOKEN_FORMS = [
    ("an empty value", "", MALFORMED),
    ("a pair's payload", PAYLOAD, MALFORMED),
    ("one part", HEADER_PART, MALFORMED),
    ("two parts", f"{HEADER_PART}.{CLAIMS_PART}", MALFORMED),
    ("two parts and a dot", f"{HEADER_PART}.{CLAIMS_PART}.", MALFORMED),
    ("four parts", f"{TOKEN}.{SIGNATURE_PART}", MALFORMED),
    ("an empty header part", sign_parts("", CLAIMS_PART), MALFORMED),
    ("an empty claims part", sign_parts(HEADER_PART, ""), MALFORMED),
    ("a key id of 115 letters: a header part of 202 characters", token(header=header_text(kid="a" * 115)), MALFORMED),
    ("the prefix Bearer", "Bearer " + TOKEN, MALFORMED),
    ("a space before the token", " " + TOKEN, MALFORMED),
    ("a space after the token", TOKEN + " ", MALFORMED),
    ("a line end after the token", TOKEN + "\n", MALFORMED),
    (
        "a line end in the claims, signed with it",
        sign_parts(HEADER_PART, CLAIMS_PART[:4] + "\n" + CLAIMS_PART[4:]),
        MALFORMED,
    ),
    ("padding after the signature", TOKEN + "=", MALFORMED),
    (
        "padding after the claims, signed with it",
        sign_parts(HEADER_PART, base64.urlsafe_b64encode((CLAIMS + " ").encode()).decode()),
        MALFORMED,
    ),
    (
        "padding after the header, signed with it",
        sign_parts(base64.urlsafe_b64encode(RIGHT_HEADER.encode()).decode(), CLAIMS_PART),
        MALFORMED,
    ),
    ("a signature of 42 characters", TOKEN[:-1], MALFORMED),
    ("a signature of 44 characters", TOKEN + "A", MALFORMED),
    (
        "a signature in hexadecimal digits",
        f"{HEADER_PART}.{CLAIMS_PART}." + digits(f"{HEADER_PART}.{CLAIMS_PART}", TOKEN_SECRET),
        MALFORMED,
    ),
    ("a signature of HS512", sign_parts(HEADER_PART, CLAIMS_PART, TOKEN_SECRET, "sha512"), MALFORMED),
    ("a spare bit of the signature set", TOKEN[:-1] + "B", MALFORMED),
    ("a spare bit of the header set, signed with it", sign_parts(HEADER_PART[:-1] + "1", CLAIMS_PART), MALFORMED),
    (
        "a spare bit of the claims set, signed with it",
        sign_parts(HEADER_PART, base64url(CLAIMS + " ")[:-1] + "B"),
        MALFORMED,
    ),
    ("a character too many in the claims, signed with it", sign_parts(HEADER_PART, CLAIMS_PART + "A"), MALFORMED),
    ("a header of one character", sign_parts("A", CLAIMS_PART), MALFORMED),
    ("claims of one character", sign_parts(HEADER_PART, "A"), MALFORMED),
    ("the alphabet of base64 in the claims", sign_parts(HEADER_PART, LETTERS_IN_BASE64.rstrip("=")), MALFORMED),
    ("a letter that is not ASCII in the claims", sign_parts(HEADER_PART, CLAIMS_PART + "é"), MALFORMED),
    ("a letter that is not ASCII in the signature", TOKEN[:-2] + "éA", MALFORMED),
    ("claims that are not UTF-8", sign_parts(HEADER_PART, base64url(b"{\xff}")), MALFORMED),
    ("claims with a surrogate in UTF-8", sign_parts(HEADER_PART, base64url(b'{"a":"\xed\xa0\x80"}')), MALFORMED),
    ("claims with an overlong form in UTF-8", sign_parts(HEADER_PART, base64url(b'{"a":"\xc0\xaf"}')), MALFORMED),
    ("a header that is not UTF-8", sign_parts(base64url(b"{\xff}"), CLAIMS_PART), MALFORMED),
    (
        "a token whose signature is missing, as alg none has it",
        f"{base64url(header_text(alg='none'))}.{CLAIMS_PART}.",
        MALFORMED,
    ),
]

TOKEN_HEADERS = (
    [
        ("the header in another order", token(header='{"typ":"JWT","kid":"d8191259","alg":"HS256"}'), USER),
        ("the header with the key id first", token(header='{"kid":"d8191259","alg":"HS256","typ":"JWT"}'), USER),
    ]
    + [
        (f"the header {text}", token(header=text), MALFORMED)
        for text in [
            *[header_text(**{"alg": value}) for value in ["none", "HS512", "RS256", "hs256", None, ABSENT]],
            *[
                header_text(**{"kid": value})
                for value in [ABSENT, None, "", 81912590, ["d8191259"], "d81-9259", "d819125é"]
            ],
            *[header_text(**{"typ": value}) for value in [ABSENT, "jwt", "at+jwt", "sentry-agent+jwt", None]],
            *[
                header_text(crit=["exp"]),
                header_text(cty="JWT"),
                header_text(a=1),
                header_text(zip="DEF"),
                header_text(b64=False),
            ],
            '{"alg":"HS256","kid":"deadbeef","kid":"d8191259","typ":"JWT"}',
            '{"alg":"HS256","kid":"deadbeef","kid":"d8191259"}',
            '{"alg":"HS256","kid":"\\u00648191259","typ":"JWT"}',
            '{"alg":"HS256","__proto__":"d8191259","typ":"JWT"}',
            '{"alg": "HS256", "kid": "d8191259", "typ": "JWT"}',
            RIGHT_HEADER[:-1] + "\n}",
            RIGHT_HEADER + "\n",
            RIGHT_HEADER[:-1],
            RIGHT_HEADER[1:-1],
            "x" + RIGHT_HEADER,
            RIGHT_HEADER + "x",
            "{" + RIGHT_HEADER + "}",
            RIGHT_HEADER[:-1] + ",}",
            *["{}", "{", "[]", "null", '"HS256"', '["alg","HS256"]'],
        ]
    ]
    + [
        (
            "a wrong header, wrongly signed: the header is read first",
            token(header=header_text(alg="none"), secret="secret-two"),
            MALFORMED,
        ),
    ]
)


def with_claims(name, verdict, **claims):
    return (name, token(claims_text(**claims)), verdict)


TOKEN_CLAIMS = [
    (
        "the claims as Sentry writes them, times with .0",
        f"{HEADER_PART}.eyJhY3Rvcl90eXBlIjoidXNlciIsIm9yZ2FuaXphdGlvbl9pZCI6MSwicHJvamVjdF9pZCI6MywidXNlcl9pZCI6MiwiaWF0IjoxNzAwMDAwMDAwLjAsImV4cCI6MTcwMDAwMDkwMC4wLCJpc3MiOiJzZW50cnkifQ.D4bUi1Kx5SSOGhVBn-c8hu7-X6gMLsg0IdaGJSQfcMo",
        {**USER, "project_id": 3},
    ),
    (
        "an integration's claims as Sentry writes them",
        f"{HEADER_PART}.eyJhY3Rvcl90eXBlIjoiaW50ZWdyYXRpb24iLCJvcmdhbml6YXRpb25faWQiOjEsImlhdCI6MTcwMDAwMDAwMC4wLCJleHAiOjE3MDAwMDA5MDAuMCwiaXNzIjoic2VudHJ5In0.a3McJnyYfHhRGGAlKboJsndHwkJB9hcQdiFfuzCTH60",
        {"organization_id": 1, "actor_type": "integration"},
    ),
    (
        "claims in another order, with whitespace",
        token('{ "iss":"sentry", "exp":1700000900, "iat":1700000000,\n"user_id":2, "actor_type":"user" }'),
        {"user_id": 2, "actor_type": "user"},
    ),
    *[
        with_claims(f"the actor {actor}", {**VIEWER, "actor_type": actor}, actor_type=actor)
        for actor in ["system", "integration", "agent", "unknown"]
    ],
    with_claims(
        "an unlisted actor reads as unknown", {**VIEWER, "actor_type": "unknown"}, actor_type="service_account"
    ),
    with_claims("an actor in upper case reads as unknown", {**VIEWER, "actor_type": "unknown"}, actor_type="USER"),
    with_claims("the actor toString reads as unknown", {**VIEWER, "actor_type": "unknown"}, actor_type="toString"),
    with_claims("an actor with a line end reads as unknown", {**VIEWER, "actor_type": "unknown"}, actor_type="user\n"),
    with_claims("an empty actor reads as unknown", {**VIEWER, "actor_type": "unknown"}, actor_type=""),
    with_claims("a project", {**USER, "project_id": 3}, project_id=3),
    with_claims(
        "a project only", {"project_id": 3, "actor_type": "user"}, project_id=3, user_id=ABSENT, organization_id=ABSENT
    ),
    with_claims("a claimed id that is null is absent", {"user_id": 2, "actor_type": "user"}, organization_id=None),
    with_claims("the largest claimed id", {**USER, "user_id": 2**53 - 1}, user_id=2**53 - 1),
    with_claims("no ids: no viewer", None, user_id=ABSENT, organization_id=ABSENT),
    with_claims("claimed ids that are null: no viewer", None, user_id=None, organization_id=None, project_id=None),
    with_claims(
        "further claims are ignored",
        USER,
        superuser={"expires_at": IAT + 900, "read_only": True},
        organization_is_early_adopter=True,
    ),
    with_claims("a malformed superuser is ignored", USER, superuser=7),
    with_claims("claims in another case are ignored", USER, Aud="seer", ISS="x", Exp=1),
    with_claims("a claim named __proto__ is ignored", USER, __proto__={"user_id": 5}),
    ("a huge number in an ignored claim", token(CLAIMS[:-1] + ',"thing":' + "9" * 400 + "}"), USER),
    ("a claim twice: the last one counts", token('{"iss":"x","user_id":"3",' + CLAIMS[1:]), USER),
    with_claims("iss is absent", INVALID, iss=ABSENT),
    with_claims("iss is null", INVALID, iss=None),
    with_claims("iss is Sentry", INVALID, iss="Sentry"),
    with_claims("iss is empty", INVALID, iss=""),
    with_claims("iss is an array", INVALID, iss=["sentry"]),
    with_claims("aud is a text", INVALID, aud="seer"),
    with_claims("aud is sentry", INVALID, aud="sentry"),
    with_claims("aud is null", INVALID, aud=None),
    with_claims("aud is an empty array", INVALID, aud=[]),
    with_claims("actor_type is null", INVALID, actor_type=None),
    with_claims("actor_type is a number", INVALID, actor_type=1),
    with_claims("actor_type is an array", INVALID, actor_type=["user"]),
    with_claims("user_id is a text", INVALID, user_id="2"),
    with_claims("user_id is a fraction", INVALID, user_id=1.5),
    with_claims("user_id is 2^53", INVALID, user_id=2**53),
    with_claims("user_id is true", INVALID, user_id=True),
    with_claims("organization_id is 0", INVALID, organization_id=0),
    with_claims("organization_id is false", INVALID, organization_id=False),
    with_claims("project_id is -1", INVALID, project_id=-1),
    with_claims("project_id is an object", INVALID, project_id={}),
    ("claims that are an array", token("[]"), INVALID),
    ("claims that are null", token("null"), INVALID),
    ("claims that are a number", token("1"), INVALID),
    ("claims that are not JSON", token(CLAIMS[:-1]), INVALID),
    ("claims followed by something", token(CLAIMS + "x"), INVALID),
    ("claims with NaN", token('{"thing":NaN,' + CLAIMS[1:]), INVALID),
    ("claims after a byte order mark", token("\ufeff" + CLAIMS), INVALID),
]

# --- Times ---

# name, token, seconds after IAT, verdict
TIMES = [
    ("the moment of issue", TOKEN, 0, USER),
    ("4.999 s before iat", TOKEN, -4.999, USER),
    ("5 s before iat", TOKEN, -5, USER),
    ("5.001 s before iat", TOKEN, -5.001, EARLY),
    ("6 s before iat", TOKEN, -6, EARLY),
    ("a year before iat", TOKEN, -365 * 86400, EARLY),
    ("the moment of expiry", TOKEN, 900, USER),
    ("4.999 s after exp", TOKEN, 904.999, USER),
    ("5 s after exp", TOKEN, 905, EXPIRED),
    ("6 s after exp", TOKEN, 906, EXPIRED),
    ("a year after exp", TOKEN, 900 + 365 * 86400, EXPIRED),
    ("fractions of seconds", token(claims_text(iat=IAT + 0.5, exp=IAT + 900.75)), 10, USER),
    ("iat with a fraction, 5 s ahead", token(claims_text(iat=IAT + 0.5)), -4.5, USER),
    ("iat with a fraction, 5.25 s ahead", token(claims_text(iat=IAT + 0.5)), -4.75, EARLY),
    ("exp with a fraction, 4.75 s ago", token(claims_text(exp=IAT + 900.5)), 905.25, USER),
    ("exp with a fraction, 5 s ago", token(claims_text(exp=IAT + 900.5)), 905.5, EXPIRED),
    ("a lifetime of a quarter of a second", token(claims_text(exp=IAT + 0.25)), 0, USER),
    ("a lifetime of 3,600 s", token(claims_text(exp=IAT + 3600)), 10, USER),
    ("a lifetime of 3,600 s, near its end", token(claims_text(exp=IAT + 3600)), 3604, USER),
    ("a lifetime of 3,600.5 s", token(claims_text(exp=IAT + 3600.5)), 10, INVALID),
    ("a lifetime of 3,601 s", token(claims_text(exp=IAT + 3601)), 10, INVALID),
    ("a lifetime of a day, which the sender's setting may give", token(claims_text(exp=IAT + 86400)), 10, INVALID),
    ("exp in milliseconds", token(claims_text(exp=(IAT + 900) * 1000)), 10, INVALID),
    ("iat and exp in milliseconds", token(claims_text(iat=IAT * 1000, exp=IAT * 1000 + 900)), 10, EARLY),
    ("exp equal to iat", token(claims_text(exp=IAT)), 0, INVALID),
    ("exp before iat", token(claims_text(exp=IAT - 1)), 0, INVALID),
    ("exp before iat, long expired: the lifetime is checked first", token(claims_text(exp=IAT - 3600)), 0, INVALID),
    ("iat is absent", token(claims_text(iat=ABSENT)), 10, INVALID),
    ("iat is null", token(claims_text(iat=None)), 10, INVALID),
    ("iat is a text", token(claims_text(iat=str(IAT))), 10, INVALID),
    ("iat is an array", token(claims_text(iat=[IAT])), 10, INVALID),
    ("iat is minus infinity", token(CLAIMS.replace("1700000000", "-1e999")), 10, INVALID),
    ("exp is absent", token(claims_text(exp=ABSENT)), 10, INVALID),
    ("exp is null", token(claims_text(exp=None)), 10, INVALID),
    ("exp is a text", token(claims_text(exp=str(IAT + 900))), 10, INVALID),
    ("exp is true", token(claims_text(exp=True)), 10, INVALID),
    ("exp is infinite", token(CLAIMS.replace("1700000900", "1e999")), 10, INVALID),
    ("nbf long ago", token(claims_text(nbf=1)), 10, USER),
    ("nbf equal to iat", token(claims_text(nbf=IAT)), 10, USER),
    ("nbf 5 s ahead", token(claims_text(nbf=IAT + 15)), 10, USER),
    ("nbf 5.5 s ahead", token(claims_text(nbf=IAT + 15.5)), 10, EARLY),
    ("nbf 6 s ahead", token(claims_text(nbf=IAT + 16)), 10, EARLY),
    ("nbf long ago does not replace iat", token(claims_text(nbf=1)), -6, EARLY),
    ("nbf is null", token(claims_text(nbf=None)), 10, INVALID),
    ("nbf is a text", token(claims_text(nbf="now")), 10, INVALID),
    ("nbf is true", token(claims_text(nbf=True)), 10, INVALID),
    ("nbf is an array", token(claims_text(nbf=[IAT])), 10, INVALID),
    ("nbf is infinite", token(CLAIMS[:-1] + ',"nbf":1e999}'), 10, INVALID),
    ("expired, and nbf ahead: exp is checked first", token(claims_text(nbf=IAT + 2000)), 905, EXPIRED),
    ("expired, with another iss: iss is checked first", token(claims_text(iss="x")), 905, INVALID),
    ("expired, with an aud: aud is checked first", token(claims_text(aud="seer")), 905, INVALID),
    ("expired, with an id that is a text: exp is checked first", token(claims_text(user_id="2")), 905, EXPIRED),
    ("early, with an id that is a text: iat is checked first", token(claims_text(user_id="2")), -6, EARLY),
    (
        "expired, without ids: exp is checked first",
        token(claims_text(user_id=None, organization_id=None)),
        905,
        EXPIRED,
    ),
]

# --- Several secrets ---

# name, secrets, headers, verdict. Both formats are accepted, 10 s after IAT.
OLD, NEW = "secret-two", TOKEN_SECRET
ROTATION = [
    ("a pair under the new secret, both accepted", [OLD, NEW], pair(secret=NEW), VIEWER),
    ("a pair under the old secret, both accepted", [OLD, NEW], pair(secret=OLD), VIEWER),
    ("a pair under the last of four secrets", ["test-secret", OLD, NEW, SECRET], pair(), VIEWER),
    ("a pair under the old secret, the new one accepted", [NEW], pair(secret=OLD), MISMATCH),
    ("a pair under a secret that is not ASCII", ["clé"], pair(secret="clé"), VIEWER),
    ("a pair under that secret in Latin-1", ["clé"], pair(secret={"base64": "Y2zp"}), MISMATCH),
    ("a pair under a secret that ends with U+0085", ["secret-one\u0085"], pair(secret="secret-one\u0085"), VIEWER),
    ("a pair under a secret of bytes", [SECRET, {"base64": "//4K"}], pair(secret={"base64": "//4K"}), VIEWER),
    (
        "a token under a secret of bytes",
        [{"base64": "//4K"}],
        [["X-Viewer-Context", token(secret={"base64": "//4K"})]],
        USER,
    ),
    ("a token under the new secret, both accepted", [OLD, NEW], [["X-Viewer-Context", token(secret=NEW)]], USER),
    ("a token under the old secret, both accepted", [OLD, NEW], [["X-Viewer-Context", token(secret=OLD)]], USER),
    (
        "a token under the last of four secrets",
        ["test-secret", OLD, NEW, SECRET],
        [["X-Viewer-Context", token(secret=SECRET)]],
        USER,
    ),
    ("a token under the old secret, the new one accepted", [NEW], [["X-Viewer-Context", token(secret=OLD)]], MISMATCH),
    (
        "a token under the old secret, with the new one's key id",
        [OLD, NEW],
        [["X-Viewer-Context", token(header=header_text(NEW), secret=OLD)]],
        MISMATCH,
    ),
    ("a secret listed twice", [NEW, NEW], [["X-Viewer-Context", TOKEN]], USER),
]

# --- What is bound to what ---

# name, headers, body or None, formats, seconds after IAT, verdict. SECRET and TOKEN_SECRET are accepted.
BOUND = [
    (
        "a captured pair is also a body's signature: the body is its payload",
        [*PAIR, ["Authorization", RPC + RIGHT]],
        PAYLOAD,
        ["pair"],
        10,
        VIEWER,
    ),
    (
        "a signed body that holds only a viewer's keys is also a pair",
        pair(
            '{"user_id":1,"organization_id":999}', authorization('{"user_id":1,"organization_id":999}')[1][len(RPC) :]
        ),
        None,
        ["pair"],
        10,
        {"organization_id": 999, "user_id": 1},
    ),
    (
        "a signed body with a further key is not a pair",
        pair('{"organization_id":999,"repository_id":1}'),
        None,
        ["pair"],
        10,
        INVALID,
    ),
    (
        "a signed body with the organization in an object is not a pair",
        pair('{"args":{"organization_id":999}}'),
        None,
        ["pair"],
        10,
        INVALID,
    ),
    (
        "a captured token's signature is also that of a body",
        [TOKEN_HEADER, ["Authorization", RPC + digits(f"{HEADER_PART}.{CLAIMS_PART}", TOKEN_SECRET)]],
        f"{HEADER_PART}.{CLAIMS_PART}",
        ["jwt"],
        10,
        USER,
    ),
    (
        "a signed JSON body with its signature in base64url is not a token",
        [["X-Viewer-Context", CLAIMS + "." + base64url(digest(CLAIMS, TOKEN_SECRET).digest())]],
        None,
        BOTH,
        10,
        MALFORMED,
    ),
    (
        "a pair is not bound to the body: any signed body may come with it",
        [*PAIR, authorization('{"organization_id":7}')],
        '{"organization_id":7}',
        ["pair"],
        10,
        VIEWER,
    ),
    (
        "a token is not bound to the body: any signed body may come with it",
        [TOKEN_HEADER, authorization('{"organization_id":7}')],
        '{"organization_id":7}',
        ["jwt"],
        10,
        USER,
    ),
    (
        "a body and a viewer under different accepted secrets",
        [TOKEN_HEADER, authorization("{}", SECRET)],
        "{}",
        ["jwt"],
        10,
        USER,
    ),
    ("a pair never expires: a hundred years later", PAIR, None, BOTH, 100 * 365 * 86400, VIEWER),
    (
        "a body's signature never expires: a hundred years later",
        [*PAIR, authorization("{}")],
        "{}",
        BOTH,
        100 * 365 * 86400,
        VIEWER,
    ),
    (
        "the body is verified before the viewer",
        [["X-Viewer-Context", "x"], authorization("{ }")],
        "{}",
        ["pair"],
        10,
        MISMATCH,
    ),
    ("an unsigned body, and no viewer", [], "{}", ["pair"], 10, MISSING),
    ("a signed body, and no viewer", [authorization("{}")], "{}", BOTH, 10, MISSING),
    ("a signed body, and a viewer that is expired", [TOKEN_HEADER, authorization("{}")], "{}", ["jwt"], 905, EXPIRED),
    (
        "an LLM-proxy key, which Sentry makes with the same secret: no actor",
        [["X-Viewer-Context", token(claims_text(actor_type=ABSENT, exp=IAT + 3600))]],
        None,
        ["jwt"],
        10,
        INVALID,
    ),
    (
        "an agent's token, which Sentry makes with the same secret",
        [
            [
                "X-Viewer-Context",
                token(
                    '{"aud":"sentry-agent-api","organization_id":1,"iat":1700000000,"exp":1700000300}',
                    '{"alg":"HS256","typ":"sentry-agent+jwt"}',
                ),
            ]
        ],
        None,
        ["jwt"],
        10,
        MALFORMED,
    ),
    (
        "an agent's token with the header of a viewer's",
        [
            [
                "X-Viewer-Context",
                token('{"aud":"sentry-agent-api","organization_id":1,"iat":1700000000,"exp":1700000300}'),
            ]
        ],
        None,
        ["jwt"],
        10,
        INVALID,
    ),
]


# --- From the tables to the file ---

ONLY_VERIFY = ["verify.py", "verify.go"]  # they sign nothing
TEXT_SECRETS = ["verify.py", "verify.go"]  # their secrets are text


class Clock(datetime.datetime):
    """PyJWT's clock."""

    seconds = 0.0

    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(cls.seconds, tz)


jwt.api_jwt.datetime = Clock
warnings.simplefilter("ignore")  # secret-one is short


def pyjwt_accepts(text, secrets, now):
    """What PyJWT decides with the options that Sentry uses. It says nothing about the ids."""
    Clock.seconds = now
    keys = {key_id(secret): to_bytes(secret) for secret in secrets}
    options = {"require": ["iat", "exp", "iss"]}
    try:
        key = keys[jwt.get_unverified_header(text)["kid"]]
        jwt.decode(text, key, algorithms=["HS256"], issuer="sentry", leeway=5, options=options)
    except Exception:  # it raises more than its own errors, for a key id that is an array for instance
        return False
    return True


def verifying(name, headers, verdict, secrets=(SECRET,), formats=("pair",), now=None, body=None):
    case = {"name": name, "secrets": list(secrets), "formats": list(formats), "headers": headers}
    if now is not None:
        case["now"] = now
    if isinstance(body, dict):
        case["body_base64"] = body["base64"]
    elif body is not None:
        case["body"] = body
    is_refused = isinstance(verdict, str)
    case["code" if is_refused else "viewer"] = verdict
    contexts = [value for header, value in headers if header.lower() == "x-viewer-context"]
    is_token = len(contexts) == 1 and not any(header.lower() == "x-viewer-context-signature" for header, _ in headers)
    if is_token and body is None and "jwt" in formats:
        if pyjwt_accepts(contexts[0], secrets, now) == is_refused:
            case["pyjwt"] = "accepts" if is_refused else "refuses"
    if any(isinstance(secret, dict) for secret in secrets):
        case["not_expressible_in"] = TEXT_SECRETS
    return case


def verifying_token(name, text, verdict, seconds=10):
    headers = [["X-Viewer-Context", text]]
    return verifying(name, headers, verdict, [SECRET, TOKEN_SECRET], ["jwt"], IAT + seconds)


def signing(name, secret, outcome, **given):
    given = {"body_base64" if isinstance(value, dict) and key == "body" else key: value for key, value in given.items()}
    if "body_base64" in given:
        given["body_base64"] = given["body_base64"]["base64"]
    result = {"code": outcome} if isinstance(outcome, str) else {"headers": outcome}
    return {"name": name, "secret": secret, **given, **result, "not_expressible_in": ONLY_VERIFY}


def signing_pair(name, viewer, outcome):
    is_payload = outcome is not None and outcome.startswith("{")
    headers = pair(outcome) if is_payload else outcome or []  # or a code
    return signing(f"sign {name}", SECRET, headers, viewer=viewer, format="pair")


def signing_token(name, viewer, outcome, now=IAT):
    headers = outcome or []
    if isinstance(outcome, dict):
        claims = {**outcome, "iat": int(now), "exp": int(now) + 900, "iss": "sentry"}
        signed = jwt.encode(claims, TOKEN_SECRET, algorithm="HS256", headers={"kid": key_id(TOKEN_SECRET)})
        assert signed == token(as_json(claims)), "PyJWT signs another token than hmac does"
        headers = [["X-Viewer-Context", signed]]
    return signing(f"sign {name}", TOKEN_SECRET, headers, viewer=viewer, format="jwt", now=now)


def make_groups():
    yield "key ids", [
        {"name": f"the key id of {name}", "secret": secret, "key_id": expected, "not_expressible_in": ONLY_VERIFY}
        for name, secret, expected in KEY_IDS
    ]
    yield "secrets to sign with", [
        signing(f"sign with {name}", secret, code or pair(secret=secret), viewer=VIEWER, format="pair")
        for name, secret, code in SECRETS
    ]
    yield "pairs to sign", [signing_pair(*row) for row in SIGNED_PAIRS]
    yield "tokens to sign", [signing_token(*row) for row in SIGNED_TOKENS] + [
        signing_token(
            "a token in the last millisecond of a second: iat is rounded down", USER, SIGNED_TOKENS[0][2], IAT + 0.999
        ),
        signing_token("a token a second later", USER, SIGNED_TOKENS[0][2], IAT + 1),
    ]
    yield "bodies to sign", [
        signing(f"sign {name}", secret, [authorization(body, secret)], body=body)
        for name, secret, body in SIGNED_BODIES
    ]
    yield "payloads of pairs", [verifying(f"payload: {name}", pair(text), viewer) for name, text, viewer in PAYLOADS]
    yield "signed, and not a viewer", [
        verifying(f"payload {as_json(text)}", pair(text), INVALID) for text in NO_PAYLOADS
    ]
    yield "signatures of pairs", [
        verifying(name, pair(payload, signature), verdict) for name, payload, signature, verdict in PAIR_SIGNATURES
    ]
    yield "headers and formats", [
        verifying(name, headers, verdict, [SECRET, TOKEN_SECRET], formats, IAT + 10)
        for name, headers, formats, verdict in HEADERS
    ]
    yield "bodies", [
        verifying(
            f"body: {name}",
            [*PAIR, *(["Authorization", value] for value in values)],
            verdict,
            [SECRET, TOKEN_SECRET],
            body=body,
        )
        for name, body, values, verdict in BODIES
    ] + [
        verifying("body: names in lower case", [["authorization", RPC + EMPTY], *PAIR], VIEWER, body=""),
        verifying(
            "body: Authorization twice, under names in different case",
            [["authorization", RPC + EMPTY], ["Authorization", RPC + EMPTY], *PAIR],
            MALFORMED,
            body="",
        ),
    ]
    yield "signatures of tokens", [verifying_token(f"token: {name}", *row) for name, *row in TOKEN_SIGNATURES]
    yield "forms of tokens", [verifying_token(f"token: {name}", *row) for name, *row in TOKEN_FORMS]
    yield "headers of tokens", [verifying_token(f"token: {name}", *row) for name, *row in TOKEN_HEADERS]
    yield "claims", [verifying_token(f"claims: {name}", *row) for name, *row in TOKEN_CLAIMS]
    yield "times", [verifying_token(f"times: {name}", text, verdict, seconds) for name, text, seconds, verdict in TIMES]
    yield "rotation", [
        verifying(name, headers, verdict, secrets, BOTH, IAT + 10) for name, secrets, headers, verdict in ROTATION
    ]
    yield "what is bound to what", [
        verifying(name, headers, verdict, [SECRET, TOKEN_SECRET], formats, IAT + seconds, body)
        for name, headers, body, formats, seconds, verdict in BOUND
    ]


def write_case(case):
    """One field per line, with little indentation: the file is part of the package."""
    fields = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=True)}" for key, value in case.items()]
    return "  { " + ",\n    ".join(fields) + " }"


def main():
    # The answers that Sentry's own code gave.
    assert RIGHT == "0fcce1276b18b09692e8abe64f8111705d9d4ee5cc9aadeab6bbd6fb4dcc529e"
    assert EMPTY == "7bb95bbc7e5d951c7e9af9d0f0b917cfe9c35a1b70977e39a11a7e842ece85f7"
    assert SIGNATURE_PART == "1pSaHACrQPRCjbczhl5zrJfsyviYD9-xXUKhwPqasaA"
    groups = list(make_groups())
    names = [case["name"] for _, cases in groups for case in cases]
    assert len(names) == len(set(names)), f"names twice: {sorted(name for name in set(names) if names.count(name) > 1)}"
    texts = [
        f'{{ "name": {json.dumps(name)}, "cases": [\n' + ",\n".join(map(write_case, cases)) + "\n]}"
        for name, cases in groups
    ]
    print('{\n  "about": "Described in docs/protocol.md. Written by scripts/protocol-vectors.py."', end=",\n")
    print(f'  "pyjwt": {json.dumps(jwt.__version__)}', end=",\n")
    print('  "groups": [\n' + ",\n".join(texts) + "\n]}")
    if "--counts" in sys.argv:
        for name, cases in groups:
            print(len(cases), name, file=sys.stderr)


main()
