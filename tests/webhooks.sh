#!/usr/bin/env bash
# Sends webhooks to a running `amends serve` as ticketing tools do, signed by other programs than ours: openssl, and
# the Python package of Standard Webhooks. Right signatures must be let in, all others not. Needs openssl, curl,
# Python 3 and PyPI; takes seconds.
#
#   tests/webhooks.sh [PROGRAM]        the program is target/debug/amends unless told
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-target/debug/amends}
tools=target/webhooks
if [ ! -x "$tools/bin/python" ] || ! "$tools/bin/python" -c 'import standardwebhooks' 2> /dev/null; then
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet 'standardwebhooks==1.1.0'
fi

folder=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then kill "$server" 2> /dev/null || true; wait "$server" 2> /dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT

key="a secret of the tool"
standard="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
export KEY=$key STANDARD=$standard
for tool in chatwoot front freshdesk helpscout hubspot intercom zammad zendesk; do
  printf '[hooks.%s]\nsecrets = ["env:KEY"]\n' "$tool"
done >"$folder/amends.toml"
printf '[hooks.standard]\nsecrets = ["env:STANDARD"]\n' >>"$folder/amends.toml"

token=$("$program" token create webhooks --role admin --data "$folder/data")
# The program may start later than its answer is looked for.
: >"$folder/out"
"$program" serve --config "$folder/amends.toml" --data "$folder/data" --address 127.0.0.1:0 >"$folder/out" 2>"$folder/log" &
server=$!
for _ in $(seq 300); do
  url=$(sed -n 's/^Amends answers at \(http[^ ]*\).*/\1/p' "$folder/out")
  if [ -n "$url" ]; then break; fi
  sleep 0.1
done
[ -n "$url" ] || { cat "$folder/log"; exit 1; }

checked=0
# expect STATUS WORD TOOL BODY CURL-ARGUMENTS…: posts the body; the answer must have that status and that word.
expect() {
  local status=$1 word=$2 tool=$3 body=$4
  shift 4
  local answer
  answer=$(printf '%s' "$body" | curl -s -w '\n%{http_code}' -X POST --data-binary @- -H 'Content-Type: application/json' "$@" "$url/hooks/$tool")
  if [ "${answer##*$'\n'}" != "$status" ] || [[ $answer != *"$word"* ]]; then
    echo "$tool: expected $status with $word, got $answer" >&2
    exit 1
  fi
  checked=$((checked + 1))
}
base64_of() { printf '%s' "$2" | openssl dgst "-$1" -hmac "$key" -binary | openssl base64 -A; }
hex_of() { printf '%s' "$2" | openssl dgst "-$1" -hmac "$key" -r | cut -d' ' -f1; }
line() { sed -n "$2p" "tests/webhooks/$1.jsonl"; }

now=$(date +%s)
old=$((now - 301))
utc() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }

body=$(line zammad 1)
right="X-Hub-Signature: sha1=$(hex_of sha1 "$body")"
expect 200 '"taken"' zammad "$body" -H "$right"
expect 200 '"known"' zammad "$body" -H "$right"
expect 401 'fits none' zammad "$body " -H "$right"
expect 401 'is missing' zammad "$body"

body=$(line helpscout 1)
expect 200 '"taken"' helpscout "$body" -H "X-HelpScout-Signature: $(base64_of sha1 "$body")"
expect 401 'fits none' helpscout "$body" -H "X-HelpScout-Signature: $(base64_of sha1 "$body ")"

body=$(line intercom 2)
expect 200 '"taken"' intercom "$body" -H "X-Hub-Signature: sha1=$(hex_of sha1 "$body")"
expect 401 'fits none' intercom "$body" -H "X-Hub-Signature: sha1=$(hex_of sha1 "$body ")"
[ "$(curl -s -o /dev/null -w '%{http_code}' -I "$url/hooks/intercom")" = 200 ]

body=$(line chatwoot 1)
chatwoot() { echo "X-Chatwoot-Timestamp: $1"; echo "X-Chatwoot-Signature: sha256=$(hex_of sha256 "$1.$body")"; }
expect 200 '"taken"' chatwoot "$body" -H @<(chatwoot "$now")
expect 401 's ago' chatwoot "$body" -H @<(chatwoot "$old")
expect 401 'fits none' chatwoot "$body" -H @<(chatwoot "$now" | sed "s/Timestamp: .*/Timestamp: $((now + 1))/")

body=$(line zendesk 1)
zendesk() {
  echo "X-Zendesk-Webhook-Signature-Timestamp: $1"
  echo "X-Zendesk-Webhook-Signature: $(base64_of sha256 "$1$body")"
}
expect 200 '"taken"' zendesk "$body" -H @<(zendesk "$(utc "$now")")
expect 401 's ago' zendesk "$body" -H @<(zendesk "$(utc "$old")")

body=$(line front 1)
front() { echo "X-Front-Request-Timestamp: $1"; echo "X-Front-Signature: $(base64_of sha256 "$1:$body")"; }
expect 200 '"taken"' front "$body" -H @<(front "${now}000")
expect 200 '{"challenge":"try-me"}' front "$body" -H @<(front "${now}001") -H 'X-Front-Challenge: try-me'
expect 401 's ago' front "$body" -H @<(front "${old}000")

body=$(line hubspot 1)
hubspot() {
  echo "X-HubSpot-Request-Timestamp: $2"
  echo "X-HubSpot-Signature-v3: $(base64_of sha256 "POST$1/hooks/hubspot$body$2")"
}
expect 200 '"thin"' hubspot "$body" -H @<(hubspot "$url" "${now}000")
expect 401 'fits none' hubspot "$body" -H @<(hubspot "https://elsewhere.example.com" "${now}000")

body=$(line freshdesk 1)
expect 200 '"taken"' freshdesk "$body" -u "amends:$key"
expect 401 'fits none' freshdesk "$body" -H 'X-Amends-Secret: something else'

expect 404 'not_found' gorgias "$body" -H "X-Amends-Secret: $key"

body=$(line standard 1)
# sign SECRET ID AGE: headers as the package makes them.
sign() {
  BODY=$body "$tools/bin/python" - "$@" <<'PYTHON'
import os, sys
from datetime import datetime, timedelta, timezone
from standardwebhooks.webhooks import Webhook
secret, id, age = sys.argv[1:]
time = datetime.now(timezone.utc) - timedelta(seconds=int(age))
signature = Webhook(secret).sign(msg_id=id, timestamp=time, data=os.environ["BODY"])
print(f"webhook-id: {id}\nwebhook-timestamp: {int(time.timestamp())}\nwebhook-signature: {signature}")
PYTHON
}
expect 200 '"taken"' standard "$body" -H @<(sign "$standard" msg_1 0)
expect 200 '"known"' standard "$body" -H @<(sign "$standard" msg_1 2)
expect 401 's ago' standard "$body" -H @<(sign "$standard" msg_2 301)
expect 401 'fits none' standard "$body" -H @<(sign whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD msg_3 0)

ask() { curl --fail --silent --show-error -H "Authorization: Bearer $token" "$url$1"; }
kept=$(ask '/v1/deliveries?limit=200' | grep -o '"received"' | wc -l)
[ "$kept" = 9 ] || { echo "$kept deliveries are kept, one of each of 9 tools was right" >&2; exit 1; }
ask '/v1/export?what=messages&format=jsonl' > "$folder/messages"
for tool in chatwoot front freshdesk helpscout intercom shop zammad zendesk; do
  grep -q "\"source\":\"$tool\"" "$folder/messages" || { echo "no message of $tool" >&2; exit 1; }
done

if grep -q "$key" "$folder/log" || grep -q '"body"' "$folder/log"; then
  echo "the log tells too much" >&2
  exit 1
fi
echo "$checked deliveries were answered as they should be"
