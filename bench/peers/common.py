"""Shared by every peer: the MNIST IDX reader, the IID partition, the round schedule, the result line.

MNIST_DIR points at a folder with the four IDX files (plain or .gz).
Everything is deterministic: partition from seed 0, client choice from seed 1.
"""
import gzip, json, os, statistics, struct, sys, time

_T0 = time.time()
N_CLIENTS, PER_ROUND, SAMPLES = 100, 10, 600
LR = 0.05

def start_time():
    """Wall-clock time at which this process was started (so that imports count as start-up)."""
    try:
        with open("/proc/self/stat") as f:
            ticks = int(f.read().rsplit(")", 1)[1].split()[19])
        with open("/proc/uptime") as f:
            up = float(f.read().split()[0])
        return time.time() - (up - ticks / os.sysconf("SC_CLK_TCK"))
    except OSError:
        return _T0


def _idx(name):
    import numpy as np
    base = os.environ["MNIST_DIR"]
    p = os.path.join(base, name)
    raw = gzip.open(p + ".gz").read() if not os.path.exists(p) else open(p, "rb").read()
    nd = raw[3]
    dims = struct.unpack(">" + "I" * nd, raw[4:4 + 4 * nd])
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * nd).reshape(dims)


def mnist():
    import numpy as np
    xtr = _idx("train-images-idx3-ubyte").reshape(60000, 784).astype(np.float32) / np.float32(255)
    xte = _idx("t10k-images-idx3-ubyte").reshape(10000, 784).astype(np.float32) / np.float32(255)
    ytr = _idx("train-labels-idx1-ubyte").astype(np.int64)
    yte = _idx("t10k-labels-idx1-ubyte").astype(np.int64)
    return xtr, ytr, xte, yte


def partition():
    import numpy as np
    return np.random.default_rng(0).permutation(60000).reshape(N_CLIENTS, SAMPLES)


def client_data():
    xtr, ytr, xte, yte = mnist()
    p = partition()
    return xtr[p], ytr[p], xte, yte  # [100,600,784], [100,600]


def schedule(rounds):
    import numpy as np
    rng = np.random.default_rng(1)
    return [sorted(int(c) for c in rng.choice(N_CLIENTS, PER_ROUND, replace=False)) for _ in range(rounds)]


def emit(peer, workload, batch, config, round_s, acc, first_round_s, rounds=None, version=None):
    """round_s: seconds of each round but the first."""
    ups = sorted(PER_ROUND / s for s in round_s)
    print("RESULT " + json.dumps(dict(
        peer=peer, workload=workload, batch=batch, config=config, rounds=rounds or len(round_s) + 1,
        updatesPerSecond=statistics.median(ups), best=ups[-1],
        accuracy=None if acc is None else float(acc), firstRoundSeconds=first_round_s, version=version)), flush=True)
