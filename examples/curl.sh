#!/usr/bin/env bash
# Sends a viewer and a body to SEER_URL with curl, signed with openssl and SEER_API_SHARED_SECRET.
set -euo pipefail

# For debugging only. Other users of this machine might see the secret in openssl's arguments.
sign() { printf '%s' "$1" | openssl dgst -sha256 -hmac "$SEER_API_SHARED_SECRET" -r | cut -d ' ' -f 1; }

viewer='{"organization_id":42,"user_id":7}'
body='{"group_id":1}'

curl --silent --show-error --fail-with-body "$SEER_URL/v1/automation/autofix/state" \
  --header 'content-type: application/json;charset=utf-8' \
  --header "X-Viewer-Context: $viewer" \
  --header "X-Viewer-Context-Signature: $(sign "$viewer")" \
  --header "Authorization: Rpcsignature rpc0:$(sign "$body")" \
  --data-binary "$body"
