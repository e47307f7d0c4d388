#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image. Run again, it changes nothing.
set -euo pipefail
umask 022
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
environment=${AUTOGRADER_ENVIRONMENT:-/opt/autograder}

# Student code runs as this user, who may read nothing that lies here.
id -u student >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin student
chmod -R go= "$source_folder"

find_python() {
  for python in python3.11 python3.12 python3.13 python3.14 python3; do
    "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
  done
  return 1
}
if ! find_python; then
  apt-get update
  for version in 3.11 3.12 3.13; do  # the first that this system has
    apt-get install -y --no-install-recommends "python$version" "python$version-venv" && break
  done
  find_python || { echo "No Python 3.11 or newer here: choose a newer base image." >&2; exit 1; }
fi

[ -x "$environment/bin/python" ] || "$python" -m venv "$environment"
install() {
  "$environment/bin/python" -m pip install --no-input --no-cache-dir --constraint "$source_folder/constraints.txt" "$@"
}
if [ -s "$source_folder/torch_index" ]; then
  # No dependencies: such an index has few of them, and in other versions.
  install --index-url "$(cat "$source_folder/torch_index")" --no-deps torch torchvision
fi
install --requirement "$source_folder/requirements.txt"
"$environment/bin/python" -c 'import torch, torchvision'
