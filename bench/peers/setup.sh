#!/usr/bin/env bash
# Python environments of the peers, in PEERS_HOME.
set -euo pipefail
: "${PEERS_HOME:?is the folder for the environments}"
mkdir -p "$PEERS_HOME"
cd "$PEERS_HOME"
for name in vj vt vflwr; do [ -d "$name" ] || python3.11 -m venv "$name"; done
vj/bin/pip install -q jax==0.10.2 numpy
vt/bin/pip install -q torch==2.15.0 numpy
# Flower uses the same PyTorch.
for site in vflwr/lib/python3.*/site-packages; do
  echo "$(echo "$PEERS_HOME"/vt/lib/python3.*/site-packages)" >"$site/torch.pth"
done
vflwr/bin/pip install -q "flwr[simulation]==1.42.0"
