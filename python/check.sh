#!/usr/bin/env bash
# Builds the wheel of the Python module, installs it into a fresh virtual environment and runs its tests there.
#
#     python/check.sh PROGRAM
#
# PROGRAM is the program `amends`, to whose audit the results are held. Where there is no java the tests on Spark are
# left out, and pytest says so. The program's folder for what is built is used, so that nothing is built twice.
set -euo pipefail
program=$(realpath "${1:-target/release/amends}")
cd "$(dirname "$0")"
export CARGO_TARGET_DIR=$PWD/../target PIP_DISABLE_PIP_VERSION_CHECK=1
environment=$CARGO_TARGET_DIR/python
rm -rf "$environment"

cargo fmt --check
cargo clippy --locked -- -D warnings

python3 -m venv "$environment"
pip() {
  "$environment/bin/python" -m pip --quiet "$@"
}
# As `pip install ./python` does it; maturin comes from the Python package index.
pip wheel --no-deps --wheel-dir "$environment/wheels" .
wheel=$(echo "$environment"/wheels/amends-*.whl)
if command -v java > /dev/null; then
  pip install "$wheel[spark]" polars duckdb pytest
else
  pip install "$wheel[pyarrow]" 'pandas>=2.2' polars duckdb pytest
fi
# From here, so that it is the wheel that is imported and not the folder beside it.
cd tests
TEST_AMENDS=$program "$environment/bin/python" -m pytest -q -p no:cacheprovider
