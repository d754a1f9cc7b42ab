"""What the codecs do to an update, in plain numpy and PyTorch, one thread.

`codec_peer.py VECTOR` reads a file of float32 numbers, then a job a line from standard input: {"library", "work", "seconds"}.
It answers each with a line: milliseconds to encode and to decode (medians), bits a number and NMSE; null for work that it does
not know. Selection and rounding are the same as the codecs'; none of it has a header, codes positions or entropy.
"""
import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np
import torch

torch.set_num_threads(1)
update = np.fromfile(sys.argv[1], np.float32)
tensor = torch.from_numpy(update.copy())
length = update.size
random = np.random.default_rng(0)
few = -(-length // 100)


def padded(values, block):
    """Rows of a block each, the last one filled up with zeros."""
    rows = -(-length // block)
    if isinstance(values, torch.Tensor):
        return torch.nn.functional.pad(values, (0, rows * block - length)).view(rows, block)
    return np.pad(values, (0, rows * block - length)).reshape(rows, block)


def pack4(codes):
    """Two numbers of four bits a byte."""
    if codes.shape[0] & 1:
        last = codes[:1]
        codes = torch.cat([codes, last]) if isinstance(codes, torch.Tensor) else np.append(codes, last)
    return codes[0::2] | (codes[1::2] << 4)


def unpack4(packed):
    out = torch.empty(2 * packed.shape[0], dtype=torch.uint8) if isinstance(packed, torch.Tensor) else np.empty(
        2 * packed.size, np.uint8)
    out[0::2] = packed & 15
    out[1::2] = packed >> 4
    return out


# numpy: (encode, decode, bits a number)

def numpy_copy():
    return lambda: update.copy(), lambda sent: sent.copy(), 32


def numpy_float16():
    return lambda: update.astype(np.float16), lambda sent: sent.astype(np.float32), 16


def numpy_bfloat16():
    def encode():
        words = update.view(np.uint32)
        return ((words + np.uint32(0x7FFF) + ((words >> 16) & 1)) >> 16).astype(np.uint16)
    return encode, lambda sent: (sent.astype(np.uint32) << 16).view(np.float32), 16


def numpy_quantize(bits, stochastic):
    top = 2 ** (bits - 1) - 1

    def encode():
        scale = np.abs(update).max() / np.float32(top)
        levels = update * (np.float32(1) / scale)
        levels = np.floor(levels + random.random(length, np.float32)) if stochastic else np.rint(levels)
        codes = levels.astype(np.int8)
        return (pack4((codes + top).astype(np.uint8)) if bits == 4 else codes), scale

    def decode(sent):
        codes, scale = sent
        if bits == 4:
            codes = unpack4(codes)[:length].astype(np.float32) - np.float32(top)
        return codes.astype(np.float32) * scale
    return encode, decode, bits


def numpy_blocks4():
    def encode():
        rows = padded(update, 64)
        scales = np.maximum(np.abs(rows).max(1, keepdims=True) / np.float32(7), np.float32(1e-38))
        codes = np.floor(rows / scales + random.random(rows.shape, np.float32)) + np.float32(7)
        return pack4(codes.astype(np.uint8).ravel()), scales

    def decode(sent):
        codes, scales = sent
        levels = unpack4(codes).reshape(-1, 64).astype(np.float32) - np.float32(7)
        return (levels * scales).ravel()[:length]
    return encode, decode, 4.5


def numpy_sign():
    def encode():
        return np.packbits(update < 0), np.abs(update).mean()
    return encode, lambda sent: (1 - 2 * np.unpackbits(sent[0])[:length].astype(np.float32)) * sent[1], 1


def numpy_spread(values, positions):
    out = np.zeros(length, np.float32)
    out[positions] = values
    return out


def numpy_largest(count):
    return np.argpartition(np.abs(update), length - count)[length - count:]


def numpy_topk(count, code):
    def encode():
        positions = np.sort(numpy_largest(count).astype(np.int32))
        values = update[positions]
        if code == "float32":
            return values, positions
        if code == "ternary":
            return (np.packbits(values < 0), np.abs(values).mean()), positions
        scale = np.abs(values).max() / np.float32(127)
        return (np.rint(values / scale).astype(np.int8), scale), positions

    def decode(sent):
        values, positions = sent
        if code == "ternary":
            values = (1 - 2 * np.unpackbits(values[0])[:count].astype(np.float32)) * values[1]
        elif code == "8bit":
            values = values[0].astype(np.float32) * values[1]
        return numpy_spread(values, positions)
    bits = {"float32": 64, "ternary": 33, "8bit": 40}[code]
    return encode, decode, bits * count / length


def numpy_randomk():
    def encode():
        positions = np.random.default_rng(1).choice(length, few, replace=False)
        return update[positions] * np.float32(length / few)
    return encode, lambda sent: numpy_spread(sent, np.random.default_rng(1).choice(length, few, replace=False)), 32 * few / length


def numpy_qsgd():
    def encode():
        rows = padded(update, 512)
        norms = np.maximum(np.sqrt((rows * rows).sum(1, keepdims=True)), np.float32(1e-38))
        return np.floor(rows * (np.float32(7) / norms) + random.random(rows.shape, np.float32)).astype(np.int8), norms
    return encode, lambda sent: (sent[0].astype(np.float32) * (sent[1] / np.float32(7))).ravel()[:length], 8


def numpy_terngrad():
    def encode():
        clipped = np.clip(update, -2.5 * update.std(), 2.5 * update.std())
        scale = np.abs(clipped).max()
        return (np.sign(clipped) * (random.random(length, np.float32) * scale < np.abs(clipped))).astype(np.int8), scale
    return encode, lambda sent: sent[0].astype(np.float32) * sent[1], 8


def numpy_natural():
    def encode():
        words = update.view(np.uint32)
        up = (words & 0x7FFFFF) > random.integers(0, 1 << 23, length, np.uint32)
        return ((words >> 23) + up).astype(np.uint16)
    return encode, lambda sent: (sent.astype(np.uint32) << 23).view(np.float32), 16


def numpy_select():
    return lambda: numpy_largest(few), None, None


# PyTorch

def torch_copy():
    return lambda: tensor.clone(), lambda sent: sent.clone(), 32


def torch_cast(kind, bits):
    return lambda: tensor.to(kind), lambda sent: sent.float(), bits


def torch_float8():
    def encode():
        scale = 2.0 ** torch.floor(torch.log2(448 / tensor.abs().max()))
        return (tensor * scale).to(torch.float8_e4m3fn), scale
    return encode, lambda sent: sent[0].float() / sent[1], 8


def torch_quantize(bits, stochastic):
    top = 2 ** (bits - 1) - 1

    def encode():
        scale = tensor.abs().max() / top
        levels = tensor / scale
        levels = levels.add_(torch.rand(length)).floor_() if stochastic else levels.round_()
        return (pack4(levels.add_(top).to(torch.uint8)) if bits == 4 else levels.to(torch.int8)), scale

    def decode(sent):
        codes, scale = sent
        codes = unpack4(codes)[:length].float().sub_(top) if bits == 4 else codes.float()
        return codes.mul_(scale)
    return encode, decode, bits


def torch_blocks4():
    def encode():
        rows = padded(tensor, 64)
        scales = (rows.abs().amax(1, keepdim=True) / 7).clamp_(min=1e-38)
        codes = (rows / scales).add_(torch.rand(rows.shape)).floor_().add_(7)
        return pack4(codes.to(torch.uint8).view(-1)), scales

    def decode(sent):
        return unpack4(sent[0]).view(-1, 64).float().sub_(7).mul_(sent[1]).view(-1)[:length]
    return encode, decode, 4.5


weights = torch.tensor([128, 64, 32, 16, 8, 4, 2, 1], dtype=torch.uint8)


def torch_sign():
    def encode():
        return ((padded(tensor, 8) < 0).to(torch.uint8) * weights).sum(1, dtype=torch.uint8), tensor.abs().mean()

    def decode(sent):
        bits = (sent[0].unsqueeze(1) & weights).ne(0).view(-1)[:length]
        return torch.where(bits, -sent[1], sent[1])
    return encode, decode, 1


def torch_largest(count):
    return torch.topk(tensor.abs(), count, sorted=False)[1]


def torch_topk(count, code):
    def encode():
        positions = torch_largest(count)
        values = tensor[positions]
        if code == "float32":
            return values, positions.int()
        if code == "ternary":
            return (values < 0, values.abs().mean()), positions.int()
        scale = values.abs().max() / 127
        return ((values / scale).round_().to(torch.int8), scale), positions.int()

    def decode(sent):
        values, positions = sent
        if code == "ternary":
            values = torch.where(values[0], -values[1], values[1])
        elif code == "8bit":
            values = values[0].float() * values[1]
        out = torch.zeros(length)
        out[positions.long()] = values
        return out
    bits = {"float32": 64, "ternary": 33, "8bit": 40}[code]
    return encode, decode, bits * count / length


def torch_qsgd():
    def encode():
        rows = padded(tensor, 512)
        norms = rows.norm(dim=1, keepdim=True).clamp_(min=1e-38)
        return (rows * (7 / norms)).add_(torch.rand(rows.shape)).floor_().to(torch.int8), norms
    return encode, lambda sent: sent[0].float().mul_(sent[1] / 7).view(-1)[:length], 8


def torch_terngrad():
    def encode():
        bound = 2.5 * tensor.std(correction=0).item()
        clipped = tensor.clamp(-bound, bound)
        scale = clipped.abs().max()
        return (clipped.sign() * (torch.rand(length) * scale < clipped.abs())).to(torch.int8), scale
    return encode, lambda sent: sent[0].float() * sent[1], 8


def hadamard_matrix(size):
    matrix = torch.ones(1, 1)
    while matrix.shape[0] < size:
        matrix = torch.cat([torch.cat([matrix, matrix], 1), torch.cat([matrix, -matrix], 1)])
    return matrix


matrices = {size: hadamard_matrix(size) for size in (2, 4, 8, 16, 32, 64)}


def hadamard(values):
    """The transform of a power of two numbers, orthonormal, as products with matrices of 64 rows: the fastest way found."""
    done = 1
    while done < values.numel():
        part = min(64, values.numel() // done)
        matrix = matrices[part]
        values = values.view(-1, part) @ matrix if done == 1 else matrix @ values.view(-1, part, done)
        done *= part
    return values.reshape(-1).mul_(values.numel() ** -0.5)


def torch_drive():
    size = 1 << (length - 1).bit_length()
    signs = torch.randint(0, 2, (size,), generator=torch.Generator().manual_seed(1)).float().mul_(2).sub_(1)

    def encode():
        rotated = hadamard(torch.nn.functional.pad(tensor, (0, size - length)) * signs)
        return rotated < 0, tensor.square().sum() / rotated.abs().sum()
    return encode, lambda sent: (hadamard(torch.where(sent[0], -sent[1], sent[1])) * signs)[:length], size / length


def torch_lowrank():
    rows = int(length ** 0.5)
    columns = -(-length // rows)
    start = torch.randn(columns, 2, generator=torch.Generator().manual_seed(1))

    def encode():
        matrix = torch.nn.functional.pad(tensor, (0, rows * columns - length)).view(rows, columns)
        left = torch.linalg.qr(matrix @ start)[0]
        return left, matrix.t() @ left
    return encode, lambda sent: (sent[0] @ sent[1].t()).view(-1)[:length], 64 * (rows + columns) / length


def torch_select():
    return lambda: torch_largest(few), None, None


def counts(part):
    return -(-length // part)


works = {
    "numpy": {
        "copy": numpy_copy,
        "float16": numpy_float16,
        "bfloat16": numpy_bfloat16,
        "quantize 8": lambda: numpy_quantize(8, True),
        "quantize 8 nearest": lambda: numpy_quantize(8, False),
        "quantize 4": lambda: numpy_quantize(4, True),
        "blocks 4": numpy_blocks4,
        "sign": numpy_sign,
        "topk float32": lambda: numpy_topk(few, "float32"),
        "topk 8": lambda: numpy_topk(few, "8bit"),
        "ternary 1/25": lambda: numpy_topk(counts(25), "ternary"),
        "ternary 1/100": lambda: numpy_topk(few, "ternary"),
        "ternary 1/400": lambda: numpy_topk(counts(400), "ternary"),
        "ternary 1/10": lambda: numpy_topk(counts(10), "ternary"),
        "randomk": numpy_randomk,
        "qsgd": numpy_qsgd,
        "terngrad": numpy_terngrad,
        "natural": numpy_natural,
        "select": numpy_select,
    },
    "torch": {
        "copy": torch_copy,
        "float16": lambda: torch_cast(torch.float16, 16),
        "bfloat16": lambda: torch_cast(torch.bfloat16, 16),
        "float8": torch_float8,
        "quantize 8": lambda: torch_quantize(8, True),
        "quantize 8 nearest": lambda: torch_quantize(8, False),
        "quantize 4": lambda: torch_quantize(4, True),
        "blocks 4": torch_blocks4,
        "sign": torch_sign,
        "topk float32": lambda: torch_topk(few, "float32"),
        "topk 8": lambda: torch_topk(few, "8bit"),
        "ternary 1/25": lambda: torch_topk(counts(25), "ternary"),
        "ternary 1/100": lambda: torch_topk(few, "ternary"),
        "ternary 1/400": lambda: torch_topk(counts(400), "ternary"),
        "ternary 1/10": lambda: torch_topk(counts(10), "ternary"),
        "qsgd": torch_qsgd,
        "terngrad": torch_terngrad,
        "drive": torch_drive,
        "lowrank": torch_lowrank,
        "select": torch_select,
    },
}


def median_ms(run, seconds):
    run()
    times = []
    fewest = 5 if seconds > 0 else 1
    end = time.perf_counter() + seconds
    while len(times) < fewest or (time.perf_counter() < end and len(times) < 200):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    times.sort()
    return 1e3 * times[len(times) // 2]


def answer(job):
    make = works[job["library"]].get(job["work"])
    if make is None:
        return None
    encode, decode, bits = make()
    sent = encode()
    nmse = None
    if decode is not None:
        error = np.asarray(decode(sent), np.float64) - update
        nmse = float((error * error).sum() / np.square(update, dtype=np.float64).sum())
    return {
        "encodeMs": median_ms(encode, job["seconds"]),
        "decodeMs": None if decode is None else median_ms(lambda: decode(sent), job["seconds"]),
        "bits": bits,
        "nmse": nmse,
    }


print(json.dumps({"numpy": np.__version__, "torch": torch.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
