#!/usr/bin/env bash
# Lets schemathesis ask a running service whatever its description allows, and things that it does not: no answer
# may be a 5xx, and none may be undocumented. Needs Python 3 and PyPI; takes about three minutes.
#
#   tests/schemathesis.sh [PROGRAM]        the program is target/debug/amends unless told
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-target/debug/amends}
tools=$PWD/target/schemathesis
hooks=$PWD/tests/schemathesis.py
if [ ! -x "$tools/bin/st" ]; then
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet 'schemathesis==4.32.5'
fi

folder=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then kill "$server" 2> /dev/null || true; wait "$server" 2> /dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT

token=$("$program" token create schemathesis --role admin --data "$folder/data")
# The program may start later than its answer is looked for.
: > "$folder/told"
# One that may ask as often as it likes.
AMENDS_LIMITS__REQUESTS_PER_MINUTE=10000000 "$program" serve --data "$folder/data" --address 127.0.0.1:0 \
  > "$folder/told" 2> "$folder/log" &
server=$!
for _ in $(seq 300); do
  url=$(sed -n 's/^Amends answers at //p' "$folder/told")
  if [ -n "$url" ]; then break; fi
  sleep 0.1
done
[ -n "$url" ] || { cat "$folder/log"; exit 1; }

# Something to be found.
curl --fail --silent --show-error --output /dev/null -X PUT "$url/v1/conversations/shop/1" \
  -H "Authorization: Bearer $token" --data \
  '{"messages": [{"author": {"role": "customer"}, "body": "My parcel never came!"},
                 {"author": {"role": "agent", "id": "dana"}, "body": "We are very busy, sorry."}]}'

# Setting the service up, signing in and out, ending the token that asks, and the events that go on until an import
# ends have tests of their own.
# It keeps notes where it runs.
cd "$folder"
SCHEMATHESIS_HOOKS=$hooks "$tools/bin/st" run "$url/openapi.json" \
  --header "Authorization: Bearer $token" \
  --checks not_a_server_error,status_code_conformance,content_type_conformance \
  --checks response_headers_conformance,response_schema_conformance,unsupported_method \
  --exclude-path-regex '/events$|^/v1/setup|^/v1/sessions|^/v1/tokens/' \
  --max-examples 20 --max-time "${SCHEMATHESIS_SECONDS:-150}" --seed 1 --workers 2 --request-timeout 20 || {
  echo 'The end of the log:'
  tail -20 "$folder/log"
  exit 1
}
